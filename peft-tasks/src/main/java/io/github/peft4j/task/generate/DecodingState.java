package io.github.peft4j.task.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Interruption;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.prefix.PrefixCache;
import io.github.peft4j.task.generate.prefix.PrefixUse;
import io.github.peft4j.transformers.part.DynamicCache;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model in the middle of its texts: keeps what it has read of them and scores their next tokens.
 * Each call's arrays live in a manager of the caller's, which frees them.
 */
final class DecodingState implements AutoCloseable {

    private final GenerativeModel model;
    private final NDManager manager;
    private final PromptReader prompt;

    /** Positions that keys have room for at first; a cache of a longer text grows. */
    private static final int ROOM = 4096;

    private final int room;
    private final long lengthOfOneForm;
    private @Nullable DynamicCache cache;
    private @Nullable NDArray taskIds;
    private @Nullable PrefixUse prefix;
    private int read;

    /**
     * Begins.
     *
     * @param total tokens at most, prompt included
     */
    DecodingState(
            GenerativeModel model,
            PromptBatch prompts,
            GenerationConfig config,
            int total,
            @Nullable PrefixCache prefixes) {
        this.model = model;
        room = Math.min(total, prompts.length() + ROOM);
        lengthOfOneForm = model.lengthOfOneForm();
        manager = Engines.newManager();
        manager.setName("generation");
        try {
            long[][] mask = prompts.mask(config.tokens());
            prompt =
                    model.isEncoderDecoder()
                            ? new EncoderPrompt(manager, prompts, mask)
                            : new DecoderPrompt(manager, mask, total);
            cache =
                    config.useCache() && model.allowsCache()
                            ? new DynamicCache(manager, room)
                            : null;
            long[] tasks = prompts.taskIds();
            taskIds = tasks == null ? null : manager.create(tasks);
            boolean usesPrefix =
                    cache != null
                            && tasks == null
                            && total <= lengthOfOneForm
                            && isPaddedLeft(mask);
            prefix = prefixes == null || !usesPrefix ? null : model.prefixUse(prefixes);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** A manager for one call. */
    NDManager newScope() {
        return manager.newSubManager();
    }

    /**
     * Scores of each row's next token, [R, V].
     *
     * @param rows the texts, of one length; those that the call before has scored, or {@link
     *     #choose} has chosen, each with one more token
     * @throws java.util.concurrent.CancellationException if the thread is interrupted
     */
    NDArray scores(NDManager scope, List<GrowingRow> rows) {
        Interruption.check("The generation");
        int length = rows.get(0).length();
        dropKeysOfAnotherForm(rows);
        PrefixUse beginning = prefix;
        if (beginning != null && cache != null) {
            read = beginning.restore(cache, texts(rows), length);
        }
        int from = cache == null ? 0 : read;
        int count = length - from;
        long[] ids = new long[rows.size() * count];
        for (int row = 0; row < rows.size(); row++) {
            rows.get(row).copyTo(from, ids, row * count);
        }
        NDArray tokens = scope.create(ids, new Shape(rows.size(), count));
        ModelInput input = prompt.input(tokens, from).withLogits(LogitsToKeep.LAST);
        if (taskIds != null) {
            NDArray alias = taskIds.stopGradient();
            alias.attach(scope);
            input = input.with(ModelInput.TASK_IDS, alias);
        }
        ModelOutput output = model.forward().apply(cache == null ? input : input.withCache(cache));
        prompt.keep(output, manager);
        read = length;
        if (beginning != null && cache != null) {
            beginning.keep(cache, texts(rows), length);
            prefix = null;
        }
        return last(output.logits());
    }

    /** The rows' tokens without padding. */
    private static List<long[]> texts(List<GrowingRow> rows) {
        List<long[]> texts = new ArrayList<>();
        for (GrowingRow row : rows) {
            long[] all = new long[row.length()];
            row.copyTo(0, all, 0);
            texts.add(Arrays.copyOfRange(all, row.firstToken(), all.length));
        }
        return texts;
    }

    private static boolean isPaddedLeft(long @Nullable [][] mask) {
        if (mask == null) {
            return true;
        }
        for (long[] row : mask) {
            for (int i = 1; i < row.length; i++) {
                if (row[i] == 0 && row[i - 1] != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Empties the cache where keys change as the text grows: all of them are computed again, with
     * the tokens of the prompt.
     */
    private void dropKeysOfAnotherForm(List<GrowingRow> rows) {
        if (cache == null || read == 0) {
            return;
        }
        int padding = rows.stream().mapToInt(GrowingRow::firstToken).min().orElse(0);
        long virtual = cache.length() - read;
        long before = virtual + read - padding;
        if (before <= lengthOfOneForm
                && virtual + rows.get(0).length() - padding > lengthOfOneForm) {
            cache.close();
            cache = new DynamicCache(manager, room);
            read = 0;
        }
    }

    private static NDArray last(NDArray logits) {
        if (logits.getShape().dimension() != 3) {
            throw new IllegalStateException(
                    "The model's logits are "
                            + logits.getShape()
                            + ", not [batch, positions, vocabulary]. Load it for CAUSAL_LM or"
                            + " SEQ_2_SEQ_LM.");
        }
        return logits.getShape().get(1) == 1 ? logits.squeeze(1) : logits.get(new NDIndex(":, -1"));
    }

    /** Goes on with each row so many times, side by side. */
    void repeat(int rows, int times) {
        if (times > 1) {
            long[] repeated = new long[rows * times];
            for (int i = 0; i < repeated.length; i++) {
                repeated[i] = i / times;
            }
            try (NDArray index = manager.create(repeated)) {
                prompt.choose(index);
                if (taskIds != null) {
                    try (NDArray before = taskIds) {
                        taskIds = Ops.rows(before, index); // in the manager of before
                    }
                }
                if (cache != null) {
                    cache.repeat(index);
                }
            }
        }
    }

    /**
     * Goes on with other rows.
     *
     * @param rows of the present ones, each in the place of one with the same prompt
     */
    void choose(long[] rows) {
        boolean same = true;
        for (int i = 0; i < rows.length; i++) {
            same &= rows[i] == i;
        }
        if (!same && cache != null) {
            try (NDArray index = manager.create(rows)) {
                cache.reorder(index);
            }
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
