package io.github.peft4j.task.generate.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * How to generate: what generation_config.json says, under its names. Absent values have the
 * defaults of transformers 5.
 *
 * @param length how long answers may and must be
 * @param beams how many texts are followed and returned
 * @param sampling whether and how tokens are drawn
 * @param repetition what keeps a text from repeating itself
 * @param tokens ids of the tokens that start, end and fill
 * @param useCache {@code use_cache}: keep keys and values of the text so far; default true. Without
 *     it each token computes the whole text again
 */
public record GenerationConfig(
        LengthLimits length,
        BeamOptions beams,
        SamplingOptions sampling,
        RepetitionOptions repetition,
        SpecialTokens tokens,
        boolean useCache) {

    /** The file's name inside a checkpoint directory. */
    public static final String FILE = "generation_config.json";

    /** Refuses several answers that would all be the same. */
    public GenerationConfig {
        if (beams.numBeams() == 1 && beams.numReturnSequences() > 1 && !sampling.doSample()) {
            throw new IllegalArgumentException(
                    "num_return_sequences is "
                            + beams.numReturnSequences()
                            + ", but the likeliest tokens make one answer alone. Set do_sample to"
                            + " true, or num_beams to as many.");
        }
    }

    /**
     * The config of a checkpoint: generation_config.json or, in old checkpoints without one, what
     * config.json says of generation.
     *
     * @throws IOException if there is neither, or it cannot be read
     * @throws io.github.peft4j.exception.UnsupportedFeatureException if it asks for something that
     *     this version lacks
     */
    public static GenerationConfig fromPretrained(Path directory) throws IOException {
        return GenerationConfigReader.read(directory);
    }

    /** Default values. */
    public static GenerationConfigBuilder builder() {
        return new GenerationConfigBuilder();
    }

    /** A builder with the values of this config. */
    public GenerationConfigBuilder toBuilder() {
        return new GenerationConfigBuilder(this);
    }

    /**
     * This config with some values changed: what arguments of Hugging Face's {@code generate} do.
     *
     * @param values numbers, truth values, texts and lists by the names of generation_config.json,
     *     and {@code seed}; null stands for no value
     * @throws IllegalArgumentException if a name is unknown or a value wrong
     */
    public GenerationConfig with(Map<String, ?> values) {
        return GenerationConfigReader.overlay(toBuilder(), values).build();
    }
}
