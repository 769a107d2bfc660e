package io.github.peft4j.tuner.prompttuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.tuner.prompt.PromptSite;
import io.github.peft4j.tuner.prompt.PromptTensors;
import io.github.peft4j.tuner.prompt.TextTokens;
import java.util.List;

/** Makes the table of virtual tokens that a training starts from. */
public final class PromptTable {

    private PromptTable() {}

    /**
     * The start, [n, H] for all stacks.
     *
     * @param loads whether a file's table will take its place, so that its values do not matter
     */
    public static NDArray of(PromptStart start, PromptSite site, NDManager manager, boolean loads) {
        int rows = site.shape().rows();
        if (!loads && start.init().equals(PromptStart.SAMPLE_VOCAB)) {
            return site.words().copies(manager, sampled(manager, site.words().rows(), rows));
        }
        if (!loads && start.init().equals(PromptStart.TEXT)) {
            return site.words().copies(manager, repeated(textIds(start, site), rows));
        }
        return PromptTensors.normal(manager, rows, site.shape().dim());
    }

    /** What is odd about a start that PEFT allows. */
    public static List<String> warnings(PromptStart start, List<String> known) {
        return known.contains(start.init())
                ? ImmutableList.of()
                : ImmutableList.of(
                        "prompt_tuning_init '"
                                + start.init()
                                + "' is unknown and acts as RANDOM, as in PEFT. Use one of "
                                + known
                                + ".");
    }

    private static long[] sampled(NDManager manager, long words, int rows) {
        if (rows == 0) {
            return new long[0];
        }
        try (NDArray drawn = manager.randomInteger(0, words, new Shape(rows), DataType.INT64)) {
            return drawn.toLongArray();
        }
    }

    private static long[] textIds(PromptStart start, PromptSite site) {
        String text = String.valueOf(start.text());
        String tokenizer = String.valueOf(start.tokenizerNameOrPath());
        var options = start.tokenizerKwargs();
        long[] ids =
                TextTokens.find()
                        .ids(
                                site.model(),
                                tokenizer,
                                options == null ? ImmutableMap.of() : options,
                                text);
        if (ids.length == 0) {
            throw new IllegalArgumentException(
                    "prompt_tuning_init_text '"
                            + text
                            + "' gives 0 tokens, so there is nothing to start from. Give a text.");
        }
        return ids;
    }

    private static long[] repeated(long[] ids, int rows) {
        long[] repeated = new long[rows];
        for (int i = 0; i < rows; i++) {
            repeated[i] = ids[i % ids.length];
        }
        return repeated;
    }
}
