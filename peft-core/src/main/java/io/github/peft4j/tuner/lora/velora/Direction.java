package io.github.peft4j.tuner.lora.velora;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.ops.lora.VariantOps;
import io.github.peft4j.tuner.lora.option.VeloraConfig;

/** The direction on which groups of features are projected, and when it is chosen. */
final class Direction {

    private final Parameter numbers;
    private final VeloraConfig settings;
    private volatile boolean chosen;

    /**
     * A direction that stands in the adapter's file.
     *
     * @param numbers [ceil(in / groups)]
     */
    Direction(Parameter numbers, VeloraConfig settings) {
        this.numbers = numbers;
        this.settings = settings;
        chosen = settings.initType().equals(VeloraConfig.RANDOM);
    }

    Parameter numbers() {
        return numbers;
    }

    /** The direction in a training pass whose input is x: of this batch where that is asked for. */
    NDArray of(NDArray x, AdapterPass pass) {
        if (chosen) {
            return pass.value(numbers);
        }
        try (Gradients off = Gradients.off()) {
            NDArray mean = VariantOps.meanGroup(x, settings.numGroups());
            TensorOps.copy(numbers.getArray(), mean);
            chosen = settings.initType().equals(VeloraConfig.BATCH_AVERAGE_ONCE);
            return mean;
        }
    }
}
