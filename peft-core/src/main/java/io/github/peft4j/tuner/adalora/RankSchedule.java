package io.github.peft4j.tuner.adalora;

/**
 * How many ranks are left at which step. T is the number of steps.
 *
 * @param initR rank of each layer at the start; 0 adds nothing; default 12
 * @param targetR rank of a layer at the end, on average; default 8
 * @param tinit steps before ranks are taken away; default 0
 * @param tfinal steps at the end in which the ranks stay; default 0
 * @param deltaT ranks are chosen again every so many steps; default 1
 * @param totalStep T; must be given
 */
public record RankSchedule(
        int initR, int targetR, int tinit, int tfinal, int deltaT, int totalStep) {

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
}
