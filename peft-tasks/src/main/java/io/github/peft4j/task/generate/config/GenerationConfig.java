package io.github.peft4j.task.generate.config;

import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionTable;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.json.PythonJson;
import io.github.peft4j.task.internal.TaskOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How to generate: what generation_config.json says, under its names, over a table of options.
 * Absent values have the defaults of transformers 5. Immutable, compared by its values.
 */
public final class GenerationConfig {

    /** The file's name inside a checkpoint directory. */
    public static final String FILE = "generation_config.json";

    static final Option<Boolean> USE_CACHE =
            Option.flag("use_cache", true)
                    .nullAsDefault()
                    .means(
                            "keep keys and values of the text so far; without it each token"
                                    + " computes the whole text again");

    /** The options of generation_config.json. */
    static final OptionTable FILE_OPTIONS =
            OptionTable.EMPTY
                    .with(LengthLimits.OPTIONS)
                    .with(BeamOptions.OPTIONS)
                    .with(SamplingOptions.OPTIONS)
                    .with(RepetitionOptions.OPTIONS)
                    .with(SpecialTokens.OPTIONS)
                    .with(WordRules.OPTIONS)
                    .with(List.of(USE_CACHE));

    /** All options: those of the file, and this library's own. */
    static final OptionTable OPTIONS = FILE_OPTIONS.with(SamplingOptions.OWN);

    /** What a file may hold: options that this version does not have are kept as they are. */
    static final OptionTable KEPT_IN_FILES =
            FILE_OPTIONS.with(OtherGenerationKeys.REFUSED.options());

    /** What a config keeps. */
    static final OptionTable KEPT = KEPT_IN_FILES.with(SamplingOptions.OWN);

    private static final Logger LOG = LoggerFactory.getLogger(GenerationConfig.class);

    private final OptionValues values;
    private final LengthLimits length;
    private final BeamOptions beams;
    private final SamplingOptions sampling;
    private final RepetitionOptions repetition;
    private final SpecialTokens tokens;
    private final WordRules words;

    /** Refuses several answers that would all be the same, and tokens forced and suppressed. */
    GenerationConfig(Map<Option<?>, @Nullable Object> given) {
        values = KEPT.values("GenerationConfig", given);
        OtherGenerationKeys.refuse(values.toMap(), "");
        length = new LengthLimits(values);
        beams = new BeamOptions(values);
        sampling = new SamplingOptions(values);
        repetition = new RepetitionOptions(values);
        tokens = new SpecialTokens(values);
        words = new WordRules(values);
        if (beams.numBeams() == 1 && beams.numReturnSequences() > 1 && !sampling.doSample()) {
            throw new IllegalArgumentException(
                    "num_return_sequences is "
                            + beams.numReturnSequences()
                            + ", but the likeliest tokens make one answer alone. Set do_sample to"
                            + " true, or num_beams to as many.");
        }
        Integer first = tokens.forcedBosTokenId();
        refuseForcedAndSuppressed(
                SpecialTokens.FORCED_BOS_TOKEN_ID, first == null ? Set.of() : Set.of(first));
        refuseForcedAndSuppressed(SpecialTokens.FORCED_EOS_TOKEN_ID, tokens.forcedEosTokenId());
    }

    private void refuseForcedAndSuppressed(Option<?> forced, Set<Integer> ids) {
        if (!ids.isEmpty() && words.suppressTokens().containsAll(ids)) {
            throw new IllegalArgumentException(
                    "%s %s is in suppress_tokens too, which leaves no token. Take it out there."
                            .formatted(forced, ids));
        }
    }

    /**
     * The config of a checkpoint: generation_config.json or, in old checkpoints without one, what
     * config.json says of generation. Keys without a meaning here are ignored.
     *
     * @throws IOException if there is neither, or it cannot be read
     * @throws io.github.peft4j.exception.UnsupportedFeatureException if it asks for something that
     *     this version lacks
     */
    public static GenerationConfig fromPretrained(Path directory) throws IOException {
        return GenerationConfigFiles.read(directory);
    }

    /**
     * Reads the text of a generation_config.json, and {@code seed}; logs a warning if it has keys
     * that Hugging Face does not know.
     *
     * @throws IllegalArgumentException if it is not a JSON object or a value is wrong
     * @throws io.github.peft4j.exception.UnsupportedFeatureException if it asks for something that
     *     this version lacks
     */
    public static GenerationConfig fromJson(String json) {
        try {
            return fromMap(JsonValues.parseObject(json, "generation config"), LOG::warn);
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * The same from JSON values: strings, numbers, booleans, lists and maps. Null stands for no
     * value, as in Hugging Face's files.
     *
     * @param warn takes a warning if there are keys that Hugging Face does not know
     */
    public static GenerationConfig fromMap(
            Map<String, ? extends @Nullable Object> json, Consumer<String> warn) {
        return GenerationConfigFiles.parse(json, warn);
    }

    /** Default values. */
    public static GenerationConfigBuilder builder() {
        return new GenerationConfigBuilder();
    }

    /** A builder with the values of this config. */
    public GenerationConfigBuilder toBuilder() {
        return new GenerationConfigBuilder().setAll(values.asMap());
    }

    /**
     * This config with some values changed: what arguments of Hugging Face's {@code generate} do.
     *
     * @param values numbers, truth values, texts and lists by the names of generation_config.json,
     *     and {@code seed}; null stands for no value
     * @throws IllegalArgumentException if a name is unknown or a value wrong
     */
    public GenerationConfig with(Map<String, ? extends @Nullable Object> values) {
        return GenerationConfigFiles.overlay(toBuilder(), values).build();
    }

    /** How long answers may and must be. */
    public LengthLimits length() {
        return length;
    }

    /** How many texts are followed and returned. */
    public BeamOptions beams() {
        return beams;
    }

    /** Whether and how tokens are drawn. */
    public SamplingOptions sampling() {
        return sampling;
    }

    /** What keeps a text from repeating itself. */
    public RepetitionOptions repetition() {
        return repetition;
    }

    /** Ids of the tokens that start, end and fill. */
    public SpecialTokens tokens() {
        return tokens;
    }

    /** Texts that end an answer, and tokens that must not be in it. */
    public WordRules words() {
        return words;
    }

    /** Whether keys and values of the text so far are kept. */
    public boolean useCache() {
        return values.get(USE_CACHE);
    }

    /**
     * This config with what it leaves open of a checkpoint's generation_config.json, or of its
     * config.json without one: tokens that start, end and fill, and limits of length.
     *
     * @throws IOException if the file cannot be read
     */
    public GenerationConfig completedBy(Path directory) throws IOException {
        return GenerationConfigFiles.completed(this, directory);
    }

    /** All values by their options. */
    Map<Option<?>, @Nullable Object> given() {
        return values.asMap();
    }

    /** What differs from the defaults, as JSON values under the keys; {@code seed} included. */
    public Map<String, @Nullable Object> toMap() {
        return JsonValues.freezeObject(TaskOptions.changed(KEPT, values));
    }

    /** The same as text: sorted keys, two spaces, no newline at the end. */
    public String toJson() {
        return PythonJson.write(toMap());
    }

    /**
     * Writes generation_config.json, whole or not at all, and creates the directory. Like Hugging
     * Face's, the file has what differs from the defaults; it has no {@code seed}.
     *
     * @throws IllegalArgumentException if the path is a file
     */
    public void savePretrained(Path directory) throws IOException {
        GenerationConfigFiles.write(TaskOptions.changed(KEPT_IN_FILES, values), directory);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof GenerationConfig that && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return toJson();
    }
}
