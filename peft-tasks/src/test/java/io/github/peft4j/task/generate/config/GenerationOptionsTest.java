package io.github.peft4j.task.generate.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.task.internal.OptionContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of generation options, in the builder and in JSON. */
class GenerationOptionsTest {

    /** A value that is not the default: for the setter, from the getter, and in JSON. */
    private record Sample(Object given, Object value, Object json) {}

    private static final ImmutableMap<String, Sample> SAMPLES =
            ImmutableMap.<String, Sample>builder()
                    .put("max_new_tokens", same(30))
                    .put("max_length", same(40))
                    .put("min_new_tokens", same(2))
                    .put("min_length", same(3))
                    .put("num_beams", same(4))
                    .put("num_return_sequences", same(2))
                    .put("length_penalty", same(0.5))
                    .put(
                            "early_stopping",
                            new Sample(EarlyStopping.IMPOSSIBLE, EarlyStopping.IMPOSSIBLE, "never"))
                    .put("do_sample", same(true))
                    .put("temperature", same(0.7))
                    .put("top_k", same(20))
                    .put("top_p", same(0.9))
                    .put("min_p", same(0.05))
                    .put("repetition_penalty", same(1.1))
                    .put("no_repeat_ngram_size", same(3))
                    .put("bos_token_id", same(1))
                    .put(
                            "eos_token_id",
                            new Sample(new Integer[] {7, 5}, ImmutableSet.of(7, 5), List.of(7, 5)))
                    .put("pad_token_id", same(0))
                    .put("decoder_start_token_id", same(6))
                    .put("forced_bos_token_id", same(8))
                    .put(
                            "forced_eos_token_id",
                            new Sample(new Integer[] {9}, ImmutableSet.of(9), 9))
                    .put("stop_strings", same(List.of("/", "end")))
                    .put("bad_words_ids", same(List.of(List.of(3), List.of(4, 5))))
                    .put("suppress_tokens", same(List.of(6)))
                    .put("begin_suppress_tokens", same(List.of(7, 8)))
                    .put("use_cache", same(false))
                    .put("seed", same(11L))
                    .buildOrThrow();

    @TempDir private Path folder;

    private static Sample same(Object value) {
        return new Sample(value, value, value);
    }

    private static Stream<Option<?>> options() {
        return GenerationConfig.OPTIONS.options().stream();
    }

    private static GenerationConfig read(Map<String, ? extends @Nullable Object> json) {
        return GenerationConfig.fromMap(json, warning -> assertThat(warning).isNull());
    }

    @ParameterizedTest
    @MethodSource("options")
    void isOneThingInTheBuilderAndInJson(Option<?> option) throws ReflectiveOperationException {
        String key = option.key();
        Sample sample = SAMPLES.get(key);
        GenerationConfigBuilder builder = GenerationConfig.builder();
        OptionContract.set(builder, key, sample.given());
        Map<String, Object> json = new HashMap<>(Map.of(key, sample.json()));
        if (key.equals("num_return_sequences")) { // needs as many beams
            builder.optNumBeams(2);
            json.put("num_beams", 2);
        }
        GenerationConfig built = builder.build();

        assertThat(
                        OptionContract.get(
                                key,
                                built.length(),
                                built.beams(),
                                built.sampling(),
                                built.repetition(),
                                built.tokens(),
                                built.words(),
                                built))
                .isEqualTo(sample.value());
        assertThat(built).isNotEqualTo(GenerationConfig.builder().build());
        assertThat(read(json)).isEqualTo(built).hasSameHashCodeAs(built);
        assertThat(built.toBuilder().build()).isEqualTo(built);
        assertThat(GenerationConfig.builder().build().with(json)).isEqualTo(built);
        assertThat(built.toMap()).isEqualTo(JsonValues.freezeObject(json));
        assertThat(GenerationConfig.fromJson(built.toJson())).isEqualTo(built);
    }

    @ParameterizedTest
    @MethodSource("options")
    void refusesAnotherType(Option<?> option) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(Map.of(option.key(), Map.of())))
                .withMessageContaining(option.key() + " is {} but must be " + option.type().name());
    }

    @Test
    void saysWhatEachOptionDoes() {
        OptionContract.hasMeanings(GenerationConfig.OPTIONS);
    }

    @Test
    void isDocumented() throws IOException {
        OptionContract.documents(
                "generate-text.md",
                GenerationConfig.OPTIONS,
                SamplingOptions.OWN,
                OtherGenerationKeys.REFUSED,
                "\nWhere transformers passes over one of them, it is kept and passed over here too:"
                        + " `typical_p`, `top_h`, `epsilon_cutoff`\nand `eta_cutoff` count only where"
                        + " `do_sample` is true, like `top_k`, `top_p`, `min_p` and `temperature`,"
                        + " whose\nvalues are checked there alone; `num_beam_groups` and"
                        + " `renormalize_logits` count only with beams, `penalty_alpha`\nand"
                        + " `dola_layers` only without.\n");
    }

    @Test
    void hasTheDefaultsOfHuggingFaceButForTheseOnPurpose() throws IOException {
        Map<String, @Nullable Object> python = OptionContract.python("generation_config.json");
        Map<String, @Nullable Object> onPurpose = new HashMap<>();
        onPurpose.put("max_length", null); // there, 20 counts new tokens unless it is set
        onPurpose.put("min_length", null); // 0 there
        onPurpose.put("eos_token_id", List.of()); // null there
        onPurpose.put("forced_eos_token_id", List.of()); // null there
        for (String key : // null there
                List.of(
                        "stop_strings",
                        "bad_words_ids",
                        "suppress_tokens",
                        "begin_suppress_tokens")) {
            onPurpose.put(key, List.of());
        }

        assertThat(OptionContract.differences(GenerationConfig.FILE_OPTIONS, python))
                .isEqualTo(onPurpose);
    }

    @Test
    void knowsEveryKeyOfHuggingFace() throws IOException {
        Set<String> known = new TreeSet<>(OtherGenerationKeys.IGNORED);
        Stream.of(GenerationConfig.FILE_OPTIONS, OtherGenerationKeys.REFUSED)
                .flatMap(table -> table.options().stream())
                .forEach(option -> assertThat(known.add(option.key())).as(option.key()).isTrue());

        assertThat(known).isEqualTo(OptionContract.python("generation_config.json").keySet());
        assertThat(SamplingOptions.OWN).extracting(Option::key).doesNotContainAnyElementsOf(known);
    }

    @Test
    void readsTheDefaultsOfHuggingFace() throws IOException {
        Map<String, @Nullable Object> python =
                new HashMap<>(OptionContract.python("generation_config.json"));
        assertThat(python.remove("max_length")).isEqualTo(20L);
        assertThat(python.remove("min_length")).isEqualTo(0L);

        assertThat(read(python)).isEqualTo(GenerationConfig.builder().build());
    }

    private static Stream<Option<?>> refused() {
        return OtherGenerationKeys.REFUSED.options().stream();
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesWhatWouldGenerateSomethingElse(Option<?> option) {
        assertThatExceptionOfType(UnsupportedFeatureException.class)
                .isThrownBy(() -> read(Map.of(option.key(), "x", "use_mtp", true)))
                .withMessage(
                        option.key()
                                + " is x, but this version does not have it. Remove it to generate"
                                + " without.");
    }

    @Test
    void warnsOfUnknownKeysOnce() {
        List<String> warnings = new ArrayList<>();

        GenerationConfig.fromMap(
                Map.of("max_tokens", 1, "beams", 2, "output_scores", true), warnings::add);

        assertThat(warnings)
                .containsExactly(
                        "Unexpected keys [beams, max_tokens] for GenerationConfig, these are"
                                + " ignored. Check how they are spelled.");
    }

    @Test
    void takesNullForNoValue() {
        Map<String, @Nullable Object> none = new HashMap<>();
        GenerationConfig.OPTIONS.options().forEach(option -> none.put(option.key(), null));

        assertThat(read(none)).isEqualTo(GenerationConfig.builder().build());
        assertThat(GenerationConfig.builder().build().with(none))
                .isEqualTo(GenerationConfig.builder().optTopK(0).build());
    }

    @Test
    void writesTheFileThatItReads() throws IOException {
        Path checkpoint = folder.resolve("new");
        GenerationConfig config =
                GenerationConfig.builder().optMaxNewTokens(5).optEosTokenId(7, 5).build();

        config.toBuilder().optSeed(1L).build().savePretrained(checkpoint);

        assertThat(Files.readString(checkpoint.resolve(GenerationConfig.FILE)))
                .isEqualTo(
                        """
                        {
                          "eos_token_id": [
                            7,
                            5
                          ],
                          "max_new_tokens": 5
                        }
                        """);
        assertThat(GenerationConfig.fromPretrained(checkpoint)).isEqualTo(config);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.savePretrained(checkpoint.resolve(GenerationConfig.FILE)))
                .withMessageContaining("is a file. Pass a directory");
    }

    @Test
    void namesTheFileOfAWrongValue() throws IOException {
        Path file = folder.resolve(GenerationConfig.FILE);
        Files.writeString(file, "{\"top_k\": 2.5}");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> GenerationConfig.fromPretrained(folder))
                .withMessageContaining(file + ": top_k is 2.5 but must be a whole number");
    }

    @Test
    void leavesTheSeedOutOfFiles() throws IOException {
        Files.writeString(folder.resolve(GenerationConfig.FILE), "{\"seed\": \"x\"}");

        assertThat(GenerationConfig.fromPretrained(folder))
                .isEqualTo(GenerationConfig.builder().build());
    }
}
