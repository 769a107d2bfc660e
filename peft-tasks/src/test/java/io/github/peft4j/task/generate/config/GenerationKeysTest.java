package io.github.peft4j.task.generate.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.json.PythonJson;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.PromptBatch;
import io.github.peft4j.task.internal.OptionContract;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What each key of transformers' generation config does here; the ids are Python's. */
class GenerationKeysTest {

    private static final Path LLAMA = Golden.path("models/llama-causal");
    private static final PromptBatch PROMPT = PromptBatch.of(new long[][] {{5, 7, 9}});

    /** Objects and names of the machinery, which have no value to try. */
    private static final Set<String> WITHOUT_A_ROW =
            Set.of(
                    "_from_model_config",
                    "assistant_early_exit",
                    "cache_config",
                    "compile_config",
                    "continuous_batching_config",
                    "is_assistant",
                    "return_dict_in_generate",
                    "speculation_type",
                    "transformers_version",
                    "use_mtp");

    @TempDir private static Path folder;

    private static TransformerModel base;
    private static Tokenizer tokenizer;

    @BeforeAll
    static void load() throws IOException {
        base = Transformers.load(LLAMA, TaskType.CAUSAL_LM);
        tokenizer = Tokenizer.fromPretrained(LLAMA);
    }

    @AfterAll
    static void close() {
        base.close();
        tokenizer.close();
    }

    static Stream<Map<String, Object>> rows() throws IOException {
        return Files.readAllLines(Folders.resource("options/generation_keys.jsonl")).stream()
                .map(GenerationKeysTest::object);
    }

    private static Map<String, Object> object(String line) {
        try {
            return JsonValues.parseObject(line, "a row");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> settings(Map<String, Object> row) {
        Map<String, Object> settings = new HashMap<>((Map<String, Object>) row.get("settings"));
        if (!settings.containsKey("max_length")) {
            settings.putIfAbsent("max_new_tokens", 10L);
        }
        return settings;
    }

    /** Read from the checkpoint's file, as the library does with every model. */
    private static GenerationConfig read(Map<String, Object> row) throws IOException {
        Files.writeString(folder.resolve(GenerationConfig.FILE), PythonJson.write(settings(row)));
        return GenerationConfig.fromPretrained(folder);
    }

    private static ImmutableLongArray ids(Object row) {
        return ImmutableLongArray.copyOf(((List<?>) row).stream().map(id -> (Long) id).toList());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void answersAsTransformersOrRefusesTheKey(Map<String, Object> row) throws IOException {
        if (row.get("purpose").equals("refuse")) {
            String key =
                    ((Map<?, ?>) row.get("settings"))
                            .keySet().stream()
                                    .map(String::valueOf)
                                    .filter(
                                            name ->
                                                    !Set.of("do_sample", "num_beams")
                                                            .contains(name))
                                    .reduce(
                                            "",
                                            (name, next) ->
                                                    next.equals("top_k")
                                                            ? name + "|top_k"
                                                            : name + "|" + next)
                                    .substring(1);
            assertThatThrownBy(() -> read(row))
                    .isInstanceOfAny(
                            UnsupportedFeatureException.class, IllegalArgumentException.class)
                    .message()
                    .containsPattern("(" + key + ") ");
            return;
        }
        List<ImmutableLongArray> python =
                ((List<?>) row.get("ids")).stream().map(GenerationKeysTest::ids).toList();

        assertThat(
                        Generator.of(base)
                                .withTokenizer(tokenizer)
                                .generate(PROMPT, read(row))
                                .sequences())
                .isEqualTo(python);
    }

    @Test
    void everyKeyHasARow() throws IOException {
        Set<String> keys = new TreeSet<>(WITHOUT_A_ROW);
        rows().forEach(row -> keys.addAll(settings(row).keySet()));

        assertThat(keys).isEqualTo(OptionContract.python("generation_config.json").keySet());
    }

    @Test
    void aSettingWithoutEffectCountsWhereItIsHeeded() throws IOException {
        Path file = folder.resolve(GenerationConfig.FILE);
        Files.writeString(file, "{\"typical_p\": 0.5, \"top_k\": -1, \"no_such_key\": 1}");
        GenerationConfig kept = GenerationConfig.fromPretrained(folder);

        assertThat(kept.toMap()).containsOnly(Map.entry("typical_p", 0.5), Map.entry("top_k", -1L));
        assertThatThrownBy(() -> kept.with(Map.of("do_sample", true)))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("typical_p is 0.5");
        Map<String, Object> changed = new HashMap<>(Collections.singletonMap("typical_p", null));
        changed.put("do_sample", true);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> kept.with(changed))
                .withMessageContaining("top_k is -1; where do_sample is true it must be 0 or more");
        changed.put("top_k", 5);
        assertThat(kept.with(changed).sampling().topK()).isEqualTo(5);
        assertThat(kept.toBuilder().build()).isEqualTo(kept);
        kept.savePretrained(folder);
        assertThat(GenerationConfig.fromPretrained(folder)).isEqualTo(kept);
    }

    @Test
    void refusesLimitsThatNoTextReaches() {
        for (String key : List.of("max_new_tokens", "max_length")) {
            GenerationConfig config =
                    GenerationConfig.builder().build().with(Map.of(key, Integer.MAX_VALUE));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Generator.of(base).generate(PROMPT, config))
                    .withMessageContaining(key + " is 2147483647, but a text has at most 16777216");
        }
    }

    @Test
    void aHighLimitNeedsNoMemory() {
        GenerationConfig high =
                GenerationConfig.builder()
                        .optMaxNewTokens(4_000_000)
                        .optMinNewTokens(Integer.MAX_VALUE)
                        .optStopStrings(List.of("/"))
                        .build();

        assertThat(
                        Generator.of(base)
                                .withTokenizer(tokenizer)
                                .generate(PROMPT, high)
                                .newTokens(0)
                                .length())
                .isEqualTo(7);
    }
}
