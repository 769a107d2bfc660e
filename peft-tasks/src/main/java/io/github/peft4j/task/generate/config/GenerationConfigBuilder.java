package io.github.peft4j.task.generate.config;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.option.Option;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds a {@link GenerationConfig}. Nothing is checked before {@link #build}. */
public final class GenerationConfigBuilder {

    private final Map<Option<?>, @Nullable Object> given = new LinkedHashMap<>();

    GenerationConfigBuilder() {}

    private <T> GenerationConfigBuilder set(Option<T> option, @Nullable T value) {
        given.put(option, value);
        return this;
    }

    GenerationConfigBuilder setAll(Map<Option<?>, ? extends @Nullable Object> values) {
        given.putAll(values);
        return this;
    }

    /** Tokens of prompt and answer at most; {@code max_new_tokens} wins. Default null: no limit. */
    public GenerationConfigBuilder optMaxLength(@Nullable Integer value) {
        return set(LengthLimits.MAX_LENGTH, value);
    }

    /** Tokens of the answer at most. Default null: 20 if there is no {@code max_length} either. */
    public GenerationConfigBuilder optMaxNewTokens(@Nullable Integer value) {
        return set(LengthLimits.MAX_NEW_TOKENS, value);
    }

    /** Tokens of prompt and answer at least. Default null: none. */
    public GenerationConfigBuilder optMinLength(@Nullable Integer value) {
        return set(LengthLimits.MIN_LENGTH, value);
    }

    /** Tokens of the answer at least; wins over {@code min_length}. Default null: none. */
    public GenerationConfigBuilder optMinNewTokens(@Nullable Integer value) {
        return set(LengthLimits.MIN_NEW_TOKENS, value);
    }

    /** Texts that beam search follows for each prompt. Default 1: no beam search. */
    public GenerationConfigBuilder optNumBeams(int value) {
        return set(BeamOptions.NUM_BEAMS, value);
    }

    /** Answers for each prompt; over 1 with beams or sampling only. Default 1. */
    public GenerationConfigBuilder optNumReturnSequences(int value) {
        return set(BeamOptions.NUM_RETURN_SEQUENCES, value);
    }

    /** Above 0, beam search favours long answers; below 0, short ones. Default 1. */
    public GenerationConfigBuilder optLengthPenalty(double value) {
        return set(BeamOptions.LENGTH_PENALTY, value);
    }

    /** When beam search stops looking. Default {@link EarlyStopping#UNLIKELY}. */
    public GenerationConfigBuilder optEarlyStopping(EarlyStopping value) {
        return set(BeamOptions.EARLY_STOPPING, value);
    }

    /** Draws tokens by their probability. Default false: takes the likeliest. */
    public GenerationConfigBuilder optDoSample(boolean value) {
        return set(SamplingOptions.DO_SAMPLE, value);
    }

    /** Divides the scores before a draw; below 1 makes likely tokens likelier. Default 1. */
    public GenerationConfigBuilder optTemperature(double value) {
        return set(SamplingOptions.TEMPERATURE, value);
    }

    /** Draws among so many likeliest tokens; 0 for all. Default 50. */
    public GenerationConfigBuilder optTopK(int value) {
        return set(SamplingOptions.TOP_K, value);
    }

    /** Draws among the likeliest tokens that together have this probability. Default 1: all. */
    public GenerationConfigBuilder optTopP(double value) {
        return set(SamplingOptions.TOP_P, value);
    }

    /** Draws among tokens at least this likely, relative to the likeliest. Default null: all. */
    public GenerationConfigBuilder optMinP(@Nullable Double value) {
        return set(SamplingOptions.MIN_P, value);
    }

    /**
     * Makes draws repeatable. Not one of Hugging Face's options. Default null: a new seed each
     * time.
     */
    public GenerationConfigBuilder optSeed(@Nullable Long value) {
        return set(SamplingOptions.SEED, value);
    }

    /** Above 1, tokens that are in the text already become less likely. Default 1: none. */
    public GenerationConfigBuilder optRepetitionPenalty(double value) {
        return set(RepetitionOptions.REPETITION_PENALTY, value);
    }

    /** Lets no row of so many tokens occur twice. Default 0: any may. */
    public GenerationConfigBuilder optNoRepeatNgramSize(int value) {
        return set(RepetitionOptions.NO_REPEAT_NGRAM_SIZE, value);
    }

    /** Starts a decoder's text without {@code decoder_start_token_id}. Default null: none. */
    public GenerationConfigBuilder optBosTokenId(@Nullable Integer value) {
        return set(SpecialTokens.BOS_TOKEN_ID, value);
    }

    /** Each of these tokens ends a text. Default none: only the length ends it. */
    public GenerationConfigBuilder optEosTokenId(Integer... values) {
        return set(SpecialTokens.EOS_TOKEN_ID, ImmutableSet.copyOf(values));
    }

    /** Fills rows that ended before others. Default null: the first end token does. */
    public GenerationConfigBuilder optPadTokenId(@Nullable Integer value) {
        return set(SpecialTokens.PAD_TOKEN_ID, value);
    }

    /** Starts the text of an encoder-decoder. Default null: {@code bos_token_id} does. */
    public GenerationConfigBuilder optDecoderStartTokenId(@Nullable Integer value) {
        return set(SpecialTokens.DECODER_START_TOKEN_ID, value);
    }

    /** Is the first token after the start. Default null: any may be. */
    public GenerationConfigBuilder optForcedBosTokenId(@Nullable Integer value) {
        return set(SpecialTokens.FORCED_BOS_TOKEN_ID, value);
    }

    /** One of these tokens is the last if the length ends a text. Default none: any may be. */
    public GenerationConfigBuilder optForcedEosTokenId(Integer... values) {
        return set(SpecialTokens.FORCED_EOS_TOKEN_ID, ImmutableSet.copyOf(values));
    }

    /** Ends an answer with each of these texts; needs a tokenizer. Default none. */
    public GenerationConfigBuilder optStopStrings(List<String> texts) {
        return set(WordRules.STOP_STRINGS, List.copyOf(texts));
    }

    /** Rows of tokens that must not occur. Default none. */
    public GenerationConfigBuilder optBadWordsIds(List<List<Integer>> words) {
        return set(WordRules.BAD_WORDS_IDS, List.copyOf(words));
    }

    /** Tokens that must not occur. Default none. */
    public GenerationConfigBuilder optSuppressTokens(List<Integer> ids) {
        return set(WordRules.SUPPRESS_TOKENS, List.copyOf(ids));
    }

    /** Tokens that must not begin an answer. Default none. */
    public GenerationConfigBuilder optBeginSuppressTokens(List<Integer> ids) {
        return set(WordRules.BEGIN_SUPPRESS_TOKENS, List.copyOf(ids));
    }

    /**
     * Keeps keys and values of the text so far; off, each token computes all again. Default true.
     */
    public GenerationConfigBuilder optUseCache(boolean value) {
        return set(GenerationConfig.USE_CACHE, value);
    }

    /**
     * The config.
     *
     * @throws IllegalArgumentException if a value is wrong
     */
    public GenerationConfig build() {
        return new GenerationConfig(given);
    }
}
