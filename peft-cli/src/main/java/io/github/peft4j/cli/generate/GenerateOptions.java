package io.github.peft4j.cli.generate;

import io.github.peft4j.task.generate.config.GenerationConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Generation settings of the command line. They lie over those of the checkpoint, but for sampling
 * and beams: the likeliest tokens are taken unless something here asks otherwise.
 */
final class GenerateOptions {

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "Tokens of an answer at most (default: the checkpoint's, else 20).")
    private @Nullable Integer maxNewTokens;

    @Option(
            names = "--min-new-tokens",
            paramLabel = "N",
            description = "Tokens of an answer at least.")
    private @Nullable Integer minNewTokens;

    @Option(names = "--sample", description = "Draw tokens by their probability.")
    private boolean sample;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "Draw; below 1, likely tokens become likelier.")
    private @Nullable Double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "Draw among the K likeliest tokens (0: all).")
    private @Nullable Integer topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Draw among the likeliest tokens with this probability together.")
    private @Nullable Double topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "Draw among tokens at least this likely, relative to the likeliest.")
    private @Nullable Double minP;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The same seed draws the same tokens.")
    private @Nullable Long seed;

    @Option(
            names = "--num-beams",
            paramLabel = "N",
            description = "Texts that beam search follows (1: no beam search).")
    private @Nullable Integer numBeams;

    @Option(
            names = "--length-penalty",
            paramLabel = "X",
            description = "Beam search: above 0 favours long answers.")
    private @Nullable Double lengthPenalty;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "X",
            description = "Above 1, tokens that are in the text become less likely.")
    private @Nullable Double repetitionPenalty;

    @Option(
            names = "--no-repeat-ngram-size",
            paramLabel = "N",
            description = "No row of N tokens occurs twice (0: may).")
    private @Nullable Integer noRepeatNgramSize;

    /** A checkpoint's config with these settings. */
    GenerationConfig over(GenerationConfig config) {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("do_sample", draws());
        given.put("num_beams", numBeams == null ? 1 : numBeams);
        given.put("num_return_sequences", 1);
        put(given, "max_new_tokens", maxNewTokens);
        put(given, "min_new_tokens", minNewTokens);
        put(given, "temperature", temperature);
        put(given, "top_k", topK);
        put(given, "top_p", topP);
        put(given, "min_p", minP);
        put(given, "seed", seed);
        put(given, "length_penalty", lengthPenalty);
        put(given, "repetition_penalty", repetitionPenalty);
        put(given, "no_repeat_ngram_size", noRepeatNgramSize);
        return config.with(given);
    }

    private boolean draws() {
        return sample || temperature != null || topK != null || topP != null || minP != null;
    }

    private static void put(Map<String, Object> values, String key, @Nullable Object value) {
        if (value != null) {
            values.put(key, value);
        }
    }
}
