package io.github.peft4j.tuner.prompttuning;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.prompt.NewPrompt;
import io.github.peft4j.tuner.prompt.PromptSite;
import io.github.peft4j.tuner.prompt.TextTokens;
import io.github.peft4j.tuner.prompt.config.PromptTableConfig;
import java.util.List;

/** Makes the table of virtual tokens that a training starts from. */
public final class PromptTable {

    private PromptTable() {}

    /**
     * The start, [n, H] for all stacks. An adapter that does not train gets its table from a file,
     * so that these values do not matter.
     */
    public static InitialValue start(PromptTableConfig config, NewPrompt prompt) {
        PromptSite site = prompt.site();
        int rows = site.shape().rows();
        Shape shape = new Shape(rows, site.shape().dim());
        String init = config.inferenceMode() ? PromptTableConfig.RANDOM : config.promptTuningInit();
        return switch (init) {
            case PromptTableConfig.SAMPLE_VOCAB ->
                    InitialValue.of(
                            shape,
                            manager ->
                                    site.words()
                                            .copies(
                                                    manager,
                                                    sampled(manager, site.words().rows(), rows)));
            case PromptTableConfig.TEXT ->
                    site.words().copies(repeated(textIds(config, site), rows));
            default -> prompt.normal(rows, site.shape().dim());
        };
    }

    /**
     * What is odd about a start that PEFT allows.
     *
     * @param more starts that the method knows besides those of each table
     */
    public static List<String> warnings(PromptTableConfig config, String... more) {
        List<String> known =
                ImmutableList.<String>builder()
                        .add(PromptTableConfig.RANDOM)
                        .add(PromptTableConfig.SAMPLE_VOCAB)
                        .add(PromptTableConfig.TEXT)
                        .add(more)
                        .build();
        return known.contains(config.promptTuningInit())
                ? ImmutableList.of()
                : ImmutableList.of(
                        "prompt_tuning_init '"
                                + config.promptTuningInit()
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

    private static long[] textIds(PromptTableConfig config, PromptSite site) {
        String text = config.promptTuningInitText().orElseThrow();
        String tokenizer = config.tokenizerNameOrPath().orElseThrow();
        long[] ids = TextTokens.find().ids(site.model(), tokenizer, config.tokenizerKwargs(), text);
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
