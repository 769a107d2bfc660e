package io.github.peft4j.tuner.adalora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.StepAware;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.TensorOps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes ranks away over all layers of an adapter, the least important first, as the schedule says:
 * PEFT's {@code update_and_allocate(step)}.
 *
 * @see <a href="https://arxiv.org/abs/2303.10512">Zhang et al. 2023, algorithm 1</a>
 */
final class RankAllocator implements StepAware {

    private final RankSchedule schedule;
    private final double beta1;
    private final double beta2;
    private final Map<String, RankedLayer> layers = new LinkedHashMap<>();
    private final Parameter pruned;

    RankAllocator(NDManager manager, AdaLoraConfig config) {
        schedule = config.schedule();
        beta1 = config.beta1();
        beta2 = config.beta2();
        pruned = Parameter.builder().setName("pruned").setType(Parameter.Type.OTHER).build();
        pruned.setArray(manager.zeros(new Shape(1)));
        pruned.freeze(true);
    }

    /** Adds a layer by its path. */
    void add(String path, RankedLayer layer) {
        layers.put(path, layer);
    }

    /** 1 once ranks were chosen, which a training must keep to go on. */
    Parameter pruned() {
        return pruned;
    }

    /** Whether ranks were chosen. */
    boolean isPruned() {
        return pruned.getArray().toFloatArray()[0] != 0;
    }

    /** Which ranks of each layer at the start are left, by {@code rank_pattern}'s keys. */
    ImmutableMap<String, List<Boolean>> pattern() {
        ImmutableMap.Builder<String, List<Boolean>> pattern = ImmutableMap.builder();
        layers.forEach((path, layer) -> pattern.put(path + ".lora_E", layer.pattern()));
        return pattern.buildOrThrow();
    }

    @Override
    public void beforeStep(long step) {
        if (step < schedule.last()) {
            try (Gradients off = Gradients.off()) {
                layers.values().forEach(RankedLayer::remember);
            }
        }
    }

    @Override
    public void afterStep(long step) {
        try (Gradients off = Gradients.off()) {
            if (step > schedule.last()) {
                if (isPruned()) {
                    layers.values().forEach(RankedLayer::mask);
                }
                return;
            }
            if (step < schedule.last()) {
                layers.values().forEach(layer -> layer.update(beta1, beta2));
            }
            if (step == schedule.last() || schedule.chooses(step)) {
                choose(step);
            }
        }
    }

    private void choose(long step) {
        List<float[]> scores = new ArrayList<>();
        layers.values().forEach(layer -> scores.add(layer.scores()));
        int all = scores.stream().mapToInt(each -> each.length).sum();
        float threshold = threshold(scores, all - schedule.budget(step, all, layers.size()));
        int i = 0;
        for (RankedLayer layer : layers.values()) {
            layer.keep(scores.get(i++), threshold);
        }
        try (NDArray one = pruned.getArray().getManager().ones(new Shape(1))) {
            TensorOps.copy(pruned.getArray(), one);
        }
    }

    /** The score up to which ranks are taken away: so many have it or less. */
    private static float threshold(List<float[]> scores, long count) {
        if (count <= 0) {
            return Float.NEGATIVE_INFINITY; // a target above the start takes none away
        }
        float[] sorted = new float[scores.stream().mapToInt(each -> each.length).sum()];
        int at = 0;
        for (float[] each : scores) {
            System.arraycopy(each, 0, sorted, at, each.length);
            at += each.length;
        }
        Arrays.sort(sorted);
        return sorted[(int) count - 1];
    }

    /** All ranks of a layer at the start. */
    static List<Boolean> allOf(int ranks) {
        return Collections.nCopies(ranks, true);
    }
}
