package io.github.peft4j.task.generate.config;

import com.google.common.collect.ImmutableSet;
import org.jspecify.annotations.Nullable;

/** Builds a {@link GenerationConfig}; the parts of it tell what each value means. */
public final class GenerationConfigBuilder {

    private @Nullable Integer maxLength;
    private @Nullable Integer maxNewTokens;
    private @Nullable Integer minLength;
    private @Nullable Integer minNewTokens;
    private int numBeams = 1;
    private int numReturnSequences = 1;
    private double lengthPenalty = 1;
    private EarlyStopping earlyStopping = EarlyStopping.UNLIKELY;
    private boolean doSample;
    private double temperature = 1;
    private int topK = 50;
    private double topP = 1;
    private @Nullable Double minP;
    private @Nullable Long seed;
    private double repetitionPenalty = 1;
    private int noRepeatNgramSize;
    private @Nullable Integer bosTokenId;
    private ImmutableSet<Integer> eosTokenId = ImmutableSet.of();
    private @Nullable Integer padTokenId;
    private @Nullable Integer decoderStartTokenId;
    private @Nullable Integer forcedBosTokenId;
    private ImmutableSet<Integer> forcedEosTokenId = ImmutableSet.of();
    private boolean useCache = true;

    GenerationConfigBuilder() {}

    GenerationConfigBuilder(GenerationConfig config) {
        maxLength = config.length().maxLength();
        maxNewTokens = config.length().maxNewTokens();
        minLength = config.length().minLength();
        minNewTokens = config.length().minNewTokens();
        numBeams = config.beams().numBeams();
        numReturnSequences = config.beams().numReturnSequences();
        lengthPenalty = config.beams().lengthPenalty();
        earlyStopping = config.beams().earlyStopping();
        doSample = config.sampling().doSample();
        temperature = config.sampling().temperature();
        topK = config.sampling().topK();
        topP = config.sampling().topP();
        minP = config.sampling().minP();
        seed = config.sampling().seed();
        repetitionPenalty = config.repetition().repetitionPenalty();
        noRepeatNgramSize = config.repetition().noRepeatNgramSize();
        bosTokenId = config.tokens().bosTokenId();
        eosTokenId = config.tokens().eosTokenId();
        padTokenId = config.tokens().padTokenId();
        decoderStartTokenId = config.tokens().decoderStartTokenId();
        forcedBosTokenId = config.tokens().forcedBosTokenId();
        forcedEosTokenId = config.tokens().forcedEosTokenId();
        useCache = config.useCache();
    }

    /** Sets {@code max_length}. */
    public GenerationConfigBuilder optMaxLength(@Nullable Integer value) {
        maxLength = value;
        return this;
    }

    /** Sets {@code max_new_tokens}. */
    public GenerationConfigBuilder optMaxNewTokens(@Nullable Integer value) {
        maxNewTokens = value;
        return this;
    }

    /** Sets {@code min_length}. */
    public GenerationConfigBuilder optMinLength(@Nullable Integer value) {
        minLength = value;
        return this;
    }

    /** Sets {@code min_new_tokens}. */
    public GenerationConfigBuilder optMinNewTokens(@Nullable Integer value) {
        minNewTokens = value;
        return this;
    }

    /** Sets {@code num_beams}. */
    public GenerationConfigBuilder optNumBeams(int value) {
        numBeams = value;
        return this;
    }

    /** Sets {@code num_return_sequences}. */
    public GenerationConfigBuilder optNumReturnSequences(int value) {
        numReturnSequences = value;
        return this;
    }

    /** Sets {@code length_penalty}. */
    public GenerationConfigBuilder optLengthPenalty(double value) {
        lengthPenalty = value;
        return this;
    }

    /** Sets {@code early_stopping}. */
    public GenerationConfigBuilder optEarlyStopping(EarlyStopping value) {
        earlyStopping = value;
        return this;
    }

    /** Sets {@code do_sample}. */
    public GenerationConfigBuilder optDoSample(boolean value) {
        doSample = value;
        return this;
    }

    /** Sets {@code temperature}. */
    public GenerationConfigBuilder optTemperature(double value) {
        temperature = value;
        return this;
    }

    /** Sets {@code top_k}. */
    public GenerationConfigBuilder optTopK(int value) {
        topK = value;
        return this;
    }

    /** Sets {@code top_p}. */
    public GenerationConfigBuilder optTopP(double value) {
        topP = value;
        return this;
    }

    /** Sets {@code min_p}. */
    public GenerationConfigBuilder optMinP(@Nullable Double value) {
        minP = value;
        return this;
    }

    /** Sets where draws start. */
    public GenerationConfigBuilder optSeed(@Nullable Long value) {
        seed = value;
        return this;
    }

    /** Sets {@code repetition_penalty}. */
    public GenerationConfigBuilder optRepetitionPenalty(double value) {
        repetitionPenalty = value;
        return this;
    }

    /** Sets {@code no_repeat_ngram_size}. */
    public GenerationConfigBuilder optNoRepeatNgramSize(int value) {
        noRepeatNgramSize = value;
        return this;
    }

    /** Sets {@code bos_token_id}. */
    public GenerationConfigBuilder optBosTokenId(@Nullable Integer value) {
        bosTokenId = value;
        return this;
    }

    /** Sets {@code eos_token_id}; none means that only the length ends a text. */
    public GenerationConfigBuilder optEosTokenId(Integer... values) {
        eosTokenId = ImmutableSet.copyOf(values);
        return this;
    }

    /** Sets {@code pad_token_id}. */
    public GenerationConfigBuilder optPadTokenId(@Nullable Integer value) {
        padTokenId = value;
        return this;
    }

    /** Sets {@code decoder_start_token_id}. */
    public GenerationConfigBuilder optDecoderStartTokenId(@Nullable Integer value) {
        decoderStartTokenId = value;
        return this;
    }

    /** Sets {@code forced_bos_token_id}. */
    public GenerationConfigBuilder optForcedBosTokenId(@Nullable Integer value) {
        forcedBosTokenId = value;
        return this;
    }

    /** Sets {@code forced_eos_token_id}. */
    public GenerationConfigBuilder optForcedEosTokenId(Integer... values) {
        forcedEosTokenId = ImmutableSet.copyOf(values);
        return this;
    }

    /** Sets {@code use_cache}. */
    public GenerationConfigBuilder optUseCache(boolean value) {
        useCache = value;
        return this;
    }

    /**
     * The config.
     *
     * @throws IllegalArgumentException if a value is wrong
     */
    public GenerationConfig build() {
        return new GenerationConfig(
                new LengthLimits(maxLength, maxNewTokens, minLength, minNewTokens),
                new BeamOptions(numBeams, numReturnSequences, lengthPenalty, earlyStopping),
                new SamplingOptions(doSample, temperature, topK, topP, minP, seed),
                new RepetitionOptions(repetitionPenalty, noRepeatNgramSize),
                new SpecialTokens(
                        bosTokenId,
                        eosTokenId,
                        padTokenId,
                        decoderStartTokenId,
                        forcedBosTokenId,
                        forcedEosTokenId),
                useCache);
    }
}
