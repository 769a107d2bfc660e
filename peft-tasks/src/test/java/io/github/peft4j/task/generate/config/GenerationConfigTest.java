package io.github.peft4j.task.generate.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerationConfigTest {

    @TempDir private Path folder;

    @Test
    void hasTheDefaultsOfTransformers() {
        GenerationConfig config = GenerationConfig.builder().build();

        assertThat(config.length().maxLength()).isNull();
        assertThat(config.length().maxNewTokens()).isNull();
        assertThat(config.length().minLength()).isNull();
        assertThat(config.length().minNewTokens()).isNull();
        assertThat(config.beams().numBeams()).isEqualTo(1);
        assertThat(config.beams().numReturnSequences()).isEqualTo(1);
        assertThat(config.beams().lengthPenalty()).isEqualTo(1);
        assertThat(config.beams().earlyStopping()).isEqualTo(EarlyStopping.UNLIKELY);
        assertThat(config.sampling().doSample()).isFalse();
        assertThat(config.sampling().temperature()).isEqualTo(1);
        assertThat(config.sampling().topK()).isEqualTo(50);
        assertThat(config.sampling().topP()).isEqualTo(1);
        assertThat(config.sampling().minP()).isNull();
        assertThat(config.sampling().seed()).isNull();
        assertThat(config.repetition().repetitionPenalty()).isEqualTo(1);
        assertThat(config.repetition().noRepeatNgramSize()).isZero();
        assertThat(config.useCache()).isTrue();
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }

    @Test
    void readsTheFileOfACheckpoint() throws IOException {
        GenerationConfig config =
                GenerationConfig.fromPretrained(Golden.path("models/llama-causal"));

        assertThat(config.tokens().bosTokenId()).isEqualTo(1);
        assertThat(config.tokens().eosTokenId()).containsExactly(2);
        assertThat(config.tokens().padTokenId()).isZero();
    }

    @Test
    void readsEveryValue() throws IOException {
        Files.writeString(
                folder.resolve("generation_config.json"),
                """
                {"max_length": 40, "max_new_tokens": 30, "min_length": 3, "min_new_tokens": 2,
                 "num_beams": 4, "num_return_sequences": 2, "length_penalty": 0.5,
                 "early_stopping": "never", "do_sample": true, "temperature": 0.7, "top_k": 20,
                 "top_p": 0.9, "min_p": 0.05, "repetition_penalty": 1.1, "no_repeat_ngram_size": 3,
                 "bos_token_id": 1, "eos_token_id": [7, 5], "pad_token_id": 0,
                 "decoder_start_token_id": 6, "forced_bos_token_id": 8, "forced_eos_token_id": 9,
                 "use_cache": false, "typical_p": 1.0, "suppress_tokens": [], "unheard_of": 3}
                """);

        GenerationConfig config = GenerationConfig.fromPretrained(folder);

        assertThat(config)
                .isEqualTo(
                        GenerationConfig.builder()
                                .optMaxLength(40)
                                .optMaxNewTokens(30)
                                .optMinLength(3)
                                .optMinNewTokens(2)
                                .optNumBeams(4)
                                .optNumReturnSequences(2)
                                .optLengthPenalty(0.5)
                                .optEarlyStopping(EarlyStopping.IMPOSSIBLE)
                                .optDoSample(true)
                                .optTemperature(0.7)
                                .optTopK(20)
                                .optTopP(0.9)
                                .optMinP(0.05)
                                .optRepetitionPenalty(1.1)
                                .optNoRepeatNgramSize(3)
                                .optBosTokenId(1)
                                .optEosTokenId(7, 5)
                                .optPadTokenId(0)
                                .optDecoderStartTokenId(6)
                                .optForcedBosTokenId(8)
                                .optForcedEosTokenId(9)
                                .optUseCache(false)
                                .build());
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }

    @Test
    void readsOldCheckpointsOutOfTheirModelConfig() throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                """
                {"model_type": "bart", "num_beams": 4, "max_length": 142, "eos_token_id": 2,
                 "forced_eos_token_id": 2, "early_stopping": true, "pad_token_id": null}
                """);

        GenerationConfig config = GenerationConfig.fromPretrained(folder);

        assertThat(config.beams().numBeams()).isEqualTo(4);
        assertThat(config.beams().numReturnSequences()).isEqualTo(1);
        assertThat(config.beams().lengthPenalty()).isEqualTo(1);
        assertThat(config.beams().earlyStopping()).isEqualTo(EarlyStopping.ENOUGH);
        assertThat(config.length().maxLength()).isEqualTo(142);
        assertThat(config.tokens().forcedEosTokenId()).containsExactly(2);
        assertThat(config.tokens().padTokenId()).isNull();
    }

    @Test
    void laysArgumentsOverTheValues() {
        GenerationConfig config = GenerationConfig.builder().optEosTokenId(2).optTopK(7).build();

        GenerationConfig changed =
                config.with(
                        ImmutableMap.of(
                                "eos_token_id",
                                List.of(3L, 4L),
                                "max_new_tokens",
                                5L,
                                "early_stopping",
                                false,
                                "seed",
                                11));

        assertThat(changed.tokens().eosTokenId()).containsExactly(3, 4);
        assertThat(changed.length().maxNewTokens()).isEqualTo(5);
        assertThat(changed.sampling().seed()).isEqualTo(11);
        assertThat(changed.sampling().topK()).isEqualTo(7);
        assertThat(config.with(Collections.singletonMap("eos_token_id", null)).tokens())
                .extracting(SpecialTokens::eosTokenId)
                .isEqualTo(ImmutableSet.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "max_new_tokens | 0 | max_new_tokens is 0; it must be 1 or more.",
                "num_beams | 0 | num_beams is 0; it must be 1 or more.",
                "repetition_penalty | 0 | repetition_penalty is 0.0; it must be a positive number",
                "num_return_sequences | 2 | num_return_sequences is 2, but the likeliest tokens",
                "forced_bos_token_id | -1 | forced_bos_token_id is -1; it must be the id of a",
                "top_k | 2.5 | top_k is 2.5 but must be a whole number.",
                "early_stopping | 3 | early_stopping is 3.0 but must be one of",
                "do_sample | 1 | do_sample is 1.0 but must be true or false.",
                "max_tokens | 3 | max_tokens is no generation setting. Settings: [bad_words_ids,"
            })
    void refusesWrongValuesWithTheirNames(String key, double value, String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GenerationConfig.builder().build().with(Map.of(key, value)))
                .withMessageContaining(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "top_k | -3 | top_k is -3; where do_sample is true it must be 0 or more. Pass 0",
                "top_p | -0.5 | top_p is -0.5; where do_sample is true it must be 0 or more.",
                "min_p | -1 | min_p is -1.0; where do_sample is true it must be from 0 to 1."
            })
    void refusesWrongLimitsOfDrawingWhereTheyCount(String key, double value, String text) {
        GenerationConfig greedy = GenerationConfig.builder().build().with(Map.of(key, value));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> greedy.with(Map.of("do_sample", true)))
                .withMessageContaining(text);
    }

    @Test
    void refusesMoreAnswersThanBeams() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                GenerationConfig.builder()
                                        .optNumBeams(2)
                                        .optNumReturnSequences(3)
                                        .build())
                .withMessageContaining("num_return_sequences is 3, but beam search follows");
    }

    @Test
    void refusesWhatItLacksRatherThanGenerateSomethingElse() throws IOException {
        Path file = folder.resolve("generation_config.json");
        Files.writeString(file, "{\"typical_p\": 0.5, \"do_sample\": true}");

        assertThatExceptionOfType(UnsupportedFeatureException.class)
                .isThrownBy(() -> GenerationConfig.fromPretrained(folder))
                .withMessageContaining("typical_p is 0.5 in " + file + ", but this version");
    }

    @Test
    void namesAFileThatIsNoJson() throws IOException {
        Files.writeString(folder.resolve("generation_config.json"), "{\"top_k\": ");

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> GenerationConfig.fromPretrained(folder))
                .withMessageContaining("generation_config.json is no valid JSON object");
    }

    @Test
    void countsTheLongestTextFromThePrompt() {
        OptionalInt none = OptionalInt.empty();

        assertThat(limits(b -> b.optMaxNewTokens(3)).total(5, none)).isEqualTo(8);
        assertThat(limits(b -> b.optMaxLength(6).optMaxNewTokens(3)).total(5, none)).isEqualTo(8);
        assertThat(limits(b -> b.optMaxLength(6)).total(5, none)).isEqualTo(6);
        assertThat(limits(b -> b).total(5, none)).isEqualTo(25);
        assertThat(limits(b -> b).total(5, OptionalInt.of(9))).isEqualTo(9);
        assertThat(limits(b -> b.optMinLength(7)).least(5)).isEqualTo(7);
        assertThat(limits(b -> b.optMinLength(7).optMinNewTokens(4)).least(5)).isEqualTo(9);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limits(b -> b.optMaxLength(5)).total(5, none))
                .withMessageContaining("The prompt has 5 tokens and max_length is 5");
    }

    private static LengthLimits limits(UnaryOperator<GenerationConfigBuilder> change) {
        return change.apply(GenerationConfig.builder()).build().length();
    }
}
