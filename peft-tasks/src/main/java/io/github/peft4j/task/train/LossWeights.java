package io.github.peft4j.task.train;

import ai.djl.ndarray.types.Shape;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.data.TokenDataset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much the mean loss of each batch counts in a step of several batches: its share of the labels
 * that count, so that k batches of n examples make the step that one batch of k n examples makes.
 */
final class LossWeights {

    private static final Logger logger = LoggerFactory.getLogger(LossWeights.class);

    /** Ends of the names that Python has for such models; an adapter need not name its task. */
    private static final List<String> CAUSAL_HEADS = List.of("ForCausalLM", "LMHeadModel");

    private final boolean shifted;
    private final List<ModelAdapter> prompts;
    private boolean warned;

    /** With {@code shifted}, the first label of each row has no prediction: causal models. */
    LossWeights(boolean shifted) {
        this(shifted, List.of());
    }

    private LossWeights(boolean shifted, List<ModelAdapter> prompts) {
        this.shifted = shifted;
        this.prompts = prompts;
    }

    /** Those of a model: causal where the base's head or an active adapter's task is. */
    static LossWeights of(PeftModel model) {
        String head = model.base().info().className();
        boolean causal = CAUSAL_HEADS.stream().anyMatch(head::endsWith);
        List<ModelAdapter> prompts = new ArrayList<>();
        for (String name : model.activeAdapters()) {
            PeftConfig config = model.peftConfig().get(name);
            causal |= config != null && config.taskType().equals(Optional.of(TaskType.CAUSAL_LM));
            model.adapter(name).modelAdapter().ifPresent(prompts::add);
        }
        return new LossWeights(causal, prompts);
    }

    /** A weight for each batch; they add up to 1, or are all 0 if no label of any batch counts. */
    double[] of(List<TokenBatch> batches) {
        long[] counts = batches.stream().mapToLong(this::count).toArray();
        long total = Math.max(1, LongStream.of(counts).sum());
        double[] weights = new double[counts.length];
        for (int i = 0; i < counts.length; i++) {
            weights[i] = (double) counts[i] / total;
        }
        return weights;
    }

    /** How many labels of a batch count; the first batch without one is warned of. */
    long count(TokenBatch batch) {
        long count = counted(batch);
        if (count == 0 && batch.size() > 0 && !warned) {
            warned = true;
            logger.warn(
                    "A batch has no label that counts: all are {}{}. Such batches have weight 0."
                            + " Leave such examples out.",
                    TokenDataset.IGNORED,
                    shifted ? ", or the first of their text" : "");
        }
        return count;
    }

    private long counted(TokenBatch batch) {
        HostArray labels = batch.columns().get(ModelInput.LABELS);
        if (!(labels instanceof HostArray.Int64 classes)) {
            return batch.size();
        }
        Shape shape = classes.shape();
        int width = shape.dimension() > 1 ? Math.toIntExact(shape.get(1)) : 1;
        long[] values = classes.values();
        boolean skipsFirst = shifted && shape.dimension() > 1;
        if (skipsFirst) {
            OptionalLong behindPrompt = behindPrompt(batch, values, width);
            if (behindPrompt.isPresent()) {
                return behindPrompt.getAsLong();
            }
        }
        long count = 0;
        for (int i = 0; i < values.length; i++) {
            boolean first = i % width == 0;
            if (values[i] != TokenDataset.IGNORED && !(skipsFirst && first)) {
                count++;
            }
        }
        return count;
    }

    private OptionalLong behindPrompt(TokenBatch batch, long[] values, int width) {
        if (prompts.isEmpty() || width == 0) {
            return OptionalLong.empty();
        }
        long[][] rows = new long[values.length / width][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Arrays.copyOfRange(values, row * width, (row + 1) * width);
        }
        Map<String, long[]> columns = new HashMap<>();
        batch.columns()
                .forEach(
                        (name, column) -> {
                            if (column instanceof HostArray.Int64 numbers) {
                                columns.put(name, numbers.values());
                            }
                        });
        return prompts.stream()
                .map(prompt -> prompt.countedLabels(rows, columns))
                .filter(OptionalLong::isPresent)
                .findFirst()
                .orElse(OptionalLong.empty());
    }
}
