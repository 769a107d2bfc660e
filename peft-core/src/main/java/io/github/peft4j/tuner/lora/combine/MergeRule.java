package io.github.peft4j.tuner.lora.combine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.combine.CombinationType;
import io.github.peft4j.combine.WeightedAdapterOptions;
import io.github.peft4j.combine.WeightedAdapterOptions.MajoritySign;
import io.github.peft4j.ops.combine.TaskVectors;
import io.github.peft4j.random.TorchGenerator;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How tensors of one shape become one: each is pruned, then all are added, or averaged where their
 * signs agree.
 */
final class MergeRule {

    private static final Logger logger = LoggerFactory.getLogger(MergeRule.class);

    private final CombinationType type;
    private final CombinationType.Pruning pruning;
    private final double density;
    private final boolean byVotes;
    private final BiFunction<NDManager, Shape, NDArray> draws;

    MergeRule(CombinationType type, WeightedAdapterOptions options) {
        this.type = type;
        density = options.density().orElse(1);
        boolean prunes = type.pruning() != CombinationType.Pruning.NONE && density < 1;
        pruning = prunes ? type.pruning() : CombinationType.Pruning.NONE;
        byVotes = options.majoritySign() == MajoritySign.FREQUENCY;
        draws = draws(options);
        if (!prunes && type.pruning() != CombinationType.Pruning.NONE) {
            logger.warn(
                    "density is {}, which is 1 or more, so nothing is pruned. Set a density below"
                            + " 1, or choose a combination_type that does not prune.",
                    density);
        }
    }

    private static BiFunction<NDManager, Shape, NDArray> draws(WeightedAdapterOptions options) {
        if (options.seed().isEmpty()) {
            return (manager, shape) -> manager.randomUniform(0, 1, shape);
        }
        TorchGenerator generator = new TorchGenerator(options.seed().getAsLong());
        return (manager, shape) -> generator.uniform(manager, shape, 0, 1);
    }

    /** The merged tensor, in the manager of the first one. */
    NDArray merge(NDList tensors, double[] weights) {
        NDList pruned = new NDList();
        for (NDArray tensor : tensors) {
            pruned.add(pruned(tensor));
        }
        return type.electsSigns()
                ? TaskVectors.electedMean(pruned, weights, byVotes)
                : TaskVectors.sum(pruned, weights);
    }

    private NDArray pruned(NDArray x) {
        return switch (pruning) {
            case NONE -> x;
            case LARGEST -> TaskVectors.keepLargest(x, density);
            case RANDOM ->
                    TaskVectors.keepDrawn(x, draws.apply(x.getManager(), x.getShape()), density);
        };
    }
}
