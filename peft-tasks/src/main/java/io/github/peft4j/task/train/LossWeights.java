package io.github.peft4j.task.train;

import ai.djl.ndarray.types.Shape;
import io.github.peft4j.PeftModel;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.data.TokenDataset;
import java.util.List;
import java.util.Optional;

/**
 * How much the mean loss of each batch counts in a step of several batches: its share of the labels
 * that count, so that k batches of n examples make the step that one batch of k n examples makes.
 */
final class LossWeights {

    private final boolean shifted;

    /** With {@code shifted}, the first label of each row has no prediction: causal models. */
    LossWeights(boolean shifted) {
        this.shifted = shifted;
    }

    /** Those of a model: causal where an active adapter's task is. */
    static LossWeights of(PeftModel model) {
        for (String name : model.activeAdapters()) {
            PeftConfig config = model.peftConfig().get(name);
            if (config != null && config.taskType().equals(Optional.of(TaskType.CAUSAL_LM))) {
                return new LossWeights(true);
            }
        }
        return new LossWeights(false);
    }

    /**
     * A weight for each batch; they add up to 1.
     *
     * @throws IllegalArgumentException if no label of any batch counts
     */
    double[] of(List<TokenBatch> batches) {
        long[] counts = batches.stream().mapToLong(this::count).toArray();
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        if (total == 0) {
            throw new IllegalArgumentException(
                    "All labels of the batch are %d, so there is no loss. Leave such examples out."
                            .formatted(TokenDataset.IGNORED));
        }
        double[] weights = new double[counts.length];
        for (int i = 0; i < counts.length; i++) {
            weights[i] = (double) counts[i] / total;
        }
        return weights;
    }

    /** How many labels of a batch count. */
    long count(TokenBatch batch) {
        HostArray labels = batch.columns().get(ModelInput.LABELS);
        if (!(labels instanceof HostArray.Int64 classes)) {
            return batch.size();
        }
        Shape shape = classes.shape();
        int width = shape.dimension() > 1 ? Math.toIntExact(shape.get(1)) : 1;
        boolean skipsFirst = shifted && shape.dimension() > 1;
        long[] values = classes.values();
        long count = 0;
        for (int i = 0; i < values.length; i++) {
            boolean first = i % width == 0;
            if (values[i] != TokenDataset.IGNORED && !(skipsFirst && first)) {
                count++;
            }
        }
        return count;
    }
}
