package io.github.peft4j.task.generate;

import io.github.peft4j.task.generate.config.SpecialTokens;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.Side;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prompts of one length, filled up by padding: on the left for a model that goes on from them, on
 * either side for an encoder.
 */
public final class PromptBatch {

    private final long[][] ids;
    private final long @Nullable [][] mask;
    private final long @Nullable [] taskIds;

    private PromptBatch(long[][] ids, long @Nullable [][] mask) {
        this(ids, mask, null);
    }

    private PromptBatch(long[][] ids, long @Nullable [][] mask, long @Nullable [] taskIds) {
        this.ids = ids;
        this.mask = mask;
        this.taskIds = taskIds;
        if (ids.length == 0 || ids[0].length == 0) {
            throw new IllegalArgumentException(
                    "There is no prompt: input_ids has "
                            + ids.length
                            + " rows of "
                            + (ids.length == 0 ? 0 : ids[0].length)
                            + " tokens. Give at least one row of one token.");
        }
        for (int row = 0; row < ids.length; row++) {
            requireLength("ids", row, ids[row]);
            if (mask != null) {
                requireLength("mask", row, mask[row]);
                requireTokens(row, mask[row]);
            }
        }
    }

    private void requireLength(String what, int row, long[] values) {
        if (values.length != ids[0].length) {
            throw new IllegalArgumentException(
                    "Row "
                            + row
                            + " has "
                            + values.length
                            + " "
                            + what
                            + ", row 0 has "
                            + ids[0].length
                            + " tokens. Pad all to one length: PromptBatch.padded does.");
        }
    }

    private static void requireTokens(int row, long[] mask) {
        if (Arrays.stream(mask).anyMatch(value -> value != 0 && value != 1)
                || Arrays.stream(mask).allMatch(value -> value == 0)) {
            throw new IllegalArgumentException(
                    "The mask of row "
                            + row
                            + " is "
                            + Arrays.toString(mask)
                            + ". Give 1 for a token, 0 for padding, and at least one token.");
        }
    }

    /**
     * Prompts without a mask: pad tokens count as padding where the config has one that is not an
     * end token, as in transformers.
     *
     * @param ids [B][S]
     */
    public static PromptBatch of(long[][] ids) {
        return new PromptBatch(copy(ids), null);
    }

    /**
     * Prompts and their mask.
     *
     * @param ids [B][S]
     * @param mask [B][S], 1 for a token, 0 for padding
     */
    public static PromptBatch of(long[][] ids, long[][] mask) {
        if (ids.length != mask.length) {
            throw new IllegalArgumentException(
                    "There are "
                            + ids.length
                            + " prompts and "
                            + mask.length
                            + " masks. Give one for each.");
        }
        return new PromptBatch(copy(ids), copy(mask));
    }

    /** Prompts of any lengths, filled up on one side. */
    public static PromptBatch padded(List<long[]> prompts, long padId, Side side) {
        int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElse(0);
        long[][] ids = new long[prompts.size()][longest];
        long[][] mask = new long[prompts.size()][longest];
        for (int row = 0; row < ids.length; row++) {
            long[] prompt = prompts.get(row);
            int at = side == Side.LEFT ? longest - prompt.length : 0;
            Arrays.fill(ids[row], padId);
            System.arraycopy(prompt, 0, ids[row], at, prompt.length);
            Arrays.fill(mask[row], at, at + prompt.length, 1);
        }
        return new PromptBatch(ids, mask);
    }

    /** Rows that a tokenizer has padded. */
    public static PromptBatch of(List<Encoding> rows) {
        return new PromptBatch(
                rows.stream().map(Encoding::ids).toArray(long[][]::new),
                rows.stream().map(Encoding::attentionMask).toArray(long[][]::new));
    }

    /**
     * The same prompts for an adapter of several tasks.
     *
     * @param tasks number of each row's task
     */
    public PromptBatch withTaskIds(long... tasks) {
        if (tasks.length != ids.length) {
            throw new IllegalArgumentException(
                    "There are "
                            + ids.length
                            + " prompts and "
                            + tasks.length
                            + " task_ids. Give one for each.");
        }
        return new PromptBatch(ids, mask, tasks.clone());
    }

    /** Number of each row's task, or null. */
    long @Nullable [] taskIds() {
        return taskIds;
    }

    private static long[][] copy(long[][] rows) {
        return Arrays.stream(rows).map(long[]::clone).toArray(long[][]::new);
    }

    /** B. */
    int rows() {
        return ids.length;
    }

    /** S. */
    int length() {
        return ids[0].length;
    }

    long[] ids(int row) {
        return ids[row];
    }

    /** The mask that was given, or that pad tokens show; null if nothing is padding. */
    long @Nullable [][] mask(SpecialTokens tokens) {
        long[][] known = mask == null ? padTokens(tokens) : mask;
        boolean whole = Arrays.stream(known).flatMapToLong(Arrays::stream).allMatch(v -> v == 1);
        return whole ? null : known;
    }

    private long[][] padTokens(SpecialTokens tokens) {
        Integer pad = tokens.padTokenId();
        long shown = pad == null || tokens.ends(pad) ? -1 : pad;
        return Arrays.stream(ids)
                .map(row -> Arrays.stream(row).map(id -> id == shown ? 0 : 1).toArray())
                .toArray(long[][]::new);
    }
}
