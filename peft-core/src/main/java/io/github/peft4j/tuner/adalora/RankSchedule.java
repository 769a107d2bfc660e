package io.github.peft4j.tuner.adalora;

import com.google.common.base.Preconditions;
import io.github.peft4j.config.OptionChecks;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many ranks are left at which step. T is the number of steps.
 *
 * @param initR rank of each layer at the start; 0 adds nothing; default 12
 * @param targetR rank of a layer at the end, on average; default 8
 * @param tinit steps before ranks are taken away; default 0
 * @param tfinal steps at the end in which the ranks stay; default 0
 * @param deltaT ranks are chosen anew each so many steps; default 1
 * @param totalStep T; must be given
 */
public record RankSchedule(
        int initR, int targetR, int tinit, int tfinal, int deltaT, int totalStep) {

    /** Checks the values. */
    public RankSchedule {
        Preconditions.checkArgument(
                initR >= 0, "init_r is %s; it must be 0 or more. Pass 12, for example.", initR);
        Preconditions.checkArgument(
                targetR >= 0,
                "target_r is %s; it must be 0 or more. Pass 8, for example.",
                targetR);
        OptionChecks.positive("deltaT", deltaT, 1);
        Preconditions.checkArgument(
                totalStep > 0,
                "total_step is %s; AdaLoRA takes ranks away on a schedule and must know the number"
                        + " of optimizer steps of the training. Pass setTotalStep.",
                totalStep);
        Preconditions.checkArgument(
                tinit < totalStep - tfinal,
                "tinit is %s, tfinal %s and total_step %s, which leaves no steps to take ranks away"
                        + " in. Decrease tinit or tfinal, or increase total_step.",
                tinit,
                tfinal,
                totalStep);
    }

    /** The first step of those in which the ranks stay. */
    int last() {
        return totalStep - tfinal;
    }

    /** Whether ranks are chosen at this step, which is before the {@link #last}. */
    boolean chooses(long step) {
        return step > tinit && step % deltaT == 0;
    }

    /**
     * How many ranks are left: a cubic fall from all of them.
     *
     * @param all ranks of all layers at the start
     * @param layers number of layers
     */
    long budget(long step, long all, int layers) {
        if (step <= tinit) {
            return all;
        }
        long target = (long) targetR * layers;
        double left = 1 - (double) (step - tinit) / (last() - tinit);
        return (long) ((all - target) * Math.pow(left, 3) + target);
    }

    void putInto(Map<String, @Nullable Object> json) {
        json.put("init_r", initR);
        json.put("target_r", targetR);
        json.put("tinit", tinit);
        json.put("tfinal", tfinal);
        json.put("deltaT", deltaT);
        json.put("total_step", totalStep);
    }
}
