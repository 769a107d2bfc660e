package io.github.peft4j.task.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.primitives.ImmutableLongArray;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.task.PeftModelForCausalLM;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.LeakCheck;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GeneratorTest {

    private static final Path LLAMA = Golden.path("models/llama-causal");
    private static final Path CASE = LLAMA.resolve("expected/generate.safetensors");
    private static final Path ADAPTER = Golden.path("adapters/lora-causal-llama");
    private static final Gson GSON =
            new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

    private static TransformerModel base;
    private static GenerationConfig config;
    private static PromptBatch prompts;

    @BeforeAll
    static void load() throws IOException {
        base = Transformers.load(LLAMA, TaskType.CAUSAL_LM);
        config = GenerationConfig.fromPretrained(LLAMA);
        Map<String, long[][]> tensors = tensors(CASE, "in.");
        prompts = prompts(tensors, "");
    }

    @AfterAll
    static void close() {
        base.close();
    }

    @Test
    void generatesWhatPythonGeneratesWithEverySetting() throws IOException {
        Map<String, long[][]> expected = tensors(CASE, "gen.");

        settings(CASE)
                .forEach(
                        (name, arguments) -> {
                            GenerationResult ours =
                                    Generator.of(base).generate(prompts, config.with(arguments));
                            assertThat(ours.sequences())
                                    .as(name)
                                    .isEqualTo(rows(expected.get(name)));
                        });

        assertThat(expected.keySet()).isEqualTo(settings(CASE).keySet()).hasSize(11);
    }

    @Test
    void generatesTheSameWithoutACache() throws IOException {
        settings(CASE)
                .forEach(
                        (name, arguments) -> {
                            GenerationConfig cached = config.with(arguments);
                            GenerationConfig plain = cached.with(Map.of("use_cache", false));
                            assertThat(Generator.of(base).generate(prompts, plain).sequences())
                                    .as(name)
                                    .isEqualTo(
                                            Generator.of(base)
                                                    .generate(prompts, cached)
                                                    .sequences());
                        });
    }

    @Test
    void generatesWithAdaptersActiveDisabledChosenAndMerged() throws IOException {
        Path file = ADAPTER.resolve("expected.safetensors");
        PromptBatch own = prompts(tensors(file, "in.gen."), "");
        GenerationConfig greedy = config.with(Map.of("max_new_tokens", 6));
        var expected = rows(tensors(file, "gen.").get("greedy"));
        var bare = Generator.of(base).generate(own, greedy).sequences();

        try (PeftModel model = PeftModels.fromPretrained(base, ADAPTER);
                MergedModel merged = model.mergeAndUnload()) {
            assertThat(((PeftModelForCausalLM) model).generate(own, greedy).sequences())
                    .isEqualTo(expected)
                    .isNotEqualTo(bare);
            assertThat(Generator.of(merged).generate(own, greedy).sequences()).isEqualTo(expected);
            assertThat(Generator.of(model, Activation.none()).generate(own, greedy).sequences())
                    .isEqualTo(bare);
            try (var off = model.disableAdapter()) {
                assertThat(Generator.of(model).generate(own, greedy).sequences()).isEqualTo(bare);
            }
            model.mergeAdapter();
            assertThat(Generator.of(model).generate(own, greedy).sequences()).isEqualTo(expected);
        }
    }

    @Test
    void aGenerationKeepsTheAdaptersThatItBeganWith() throws IOException {
        GenerationConfig greedy = config.with(Map.of("max_new_tokens", 12));

        try (PeftModel model = PeftModels.fromPretrained(base, ADAPTER)) {
            GenerationResult whole = Generator.of(model).generate(prompts, greedy);
            try (TokenStream stream = Generator.of(model).stream(prompts, greedy)) {
                stream.next();
                model.setActivation(Activation.none());
                stream.forEachRemaining(token -> {});

                assertThat(stream.result()).isEqualTo(whole);
            }
        }
    }

    @Test
    void tellsEachTokenAsItComes() {
        GenerationConfig greedy = config.with(Map.of("max_new_tokens", 12));
        List<NewToken> told = new ArrayList<>();
        List<NewToken> asked = new ArrayList<>();

        GenerationResult result = Generator.of(base).generate(prompts, greedy, told::add);
        try (TokenStream stream = Generator.of(base).stream(prompts, greedy)) {
            asked.add(stream.next());
            assertThat(stream.result().sequences().get(0).length())
                    .isEqualTo(result.promptLength() + 1);
            stream.forEachRemaining(asked::add);
            assertThat(stream.hasNext()).isFalse();
            assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(stream::next);
        }

        assertThat(asked).isEqualTo(told);
        for (int row = 0; row < 3; row++) {
            int wanted = row;
            assertThat(told.stream().filter(token -> token.row() == wanted).map(NewToken::id))
                    .isEqualTo(result.newTokens(row).asList());
        }
    }

    @Test
    void aClosedStreamComputesNothingMore() {
        TokenStream stream = Generator.of(base).stream(prompts, config);
        stream.close();

        assertThatIllegalStateException()
                .isThrownBy(stream::hasNext)
                .withMessageContaining("The stream is closed.");
    }

    @Test
    void anInterruptedThreadGeneratesNoFurtherToken() {
        try (TokenStream stream = Generator.of(base).stream(prompts, config)) {
            stream.next();
            Thread.currentThread().interrupt();

            assertThatExceptionOfType(CancellationException.class)
                    .isThrownBy(() -> stream.forEachRemaining(token -> {}))
                    .withMessage("The generation was stopped: its thread is interrupted.");
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aLongAnswerLeavesNoArraysFromTokenToToken() throws IOException {
        GenerationConfig greedy = config.with(Map.of("max_new_tokens", 500, "min_new_tokens", 500));
        List<Integer> counts = new ArrayList<>();

        try (PeftModel model = PeftModels.fromPretrained(base, ADAPTER)) {
            Generator generator = Generator.of(model);
            generator.generate(prompts, config); // constants are made once
            int before = LeakCheck.count();
            generator.generate(
                    prompts,
                    greedy,
                    token -> {
                        if (token.row() == 0) {
                            counts.add(LeakCheck.count());
                        }
                    });

            assertThat(counts).hasSize(500);
            assertThat(counts.get(499)).isEqualTo(counts.get(10));
            assertThat(LeakCheck.count()).isEqualTo(before);
        }
    }

    @Test
    void beamSearchLeavesNoArrays() {
        GenerationConfig beams = config.with(Map.of("max_new_tokens", 8, "num_beams", 3));

        Generator.of(base).generate(prompts, beams); // constants are made once
        int before = LeakCheck.count();
        Generator.of(base).generate(prompts, beams);

        assertThat(LeakCheck.count()).isEqualTo(before);
    }

    @Test
    void refusesPromptsThatDoNotFit() {
        long[][] long_ = new long[1][129];
        Arrays.fill(long_[0], 5);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Generator.of(base).generate(PromptBatch.of(long_), config))
                .withMessageContaining("The longest prompt has 129 tokens, but the model has 128");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                Generator.of(base)
                                        .generate(prompts, config.with(Map.of("max_length", 7))))
                .withMessageContaining("The prompt has 7 tokens and max_length is 7");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                Generator.of(base)
                                        .check(
                                                PromptBatch.of(
                                                        new long[][] {{5, 6}},
                                                        new long[][] {{1, 0}}),
                                                config))
                .withMessageContaining("A prompt ends with padding (mask [1, 0])");
    }

    @Test
    void refusesToStreamBeams() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                Generator.of(base).stream(
                                        prompts, config.with(Map.of("num_beams", 2))))
                .withMessageContaining("num_beams is 2, and beam search knows its tokens only");
    }

    @Test
    void refusesModelsThatNameNoNextToken() throws IOException {
        try (TransformerModel classifier =
                Transformers.load(Golden.path("models/bert-seqcls"), TaskType.SEQ_CLS)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Generator.of(classifier))
                    .withMessageContaining(
                            "BertForSequenceClassification does not name the next token");
        }
    }

    static PromptBatch prompts(Map<String, long[][]> tensors, String start) {
        return PromptBatch.of(
                tensors.getOrDefault(start + "input_ids", new long[0][]),
                tensors.getOrDefault(start + "attention_mask", new long[0][]));
    }

    static Map<String, Map<String, Object>> settings(Path file) throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            JsonObject description =
                    JsonParser.parseString(reader.metadata().getOrDefault("case", "{}"))
                            .getAsJsonObject();
            Map<String, Map<String, Object>> settings = new LinkedHashMap<>();
            for (Map.Entry<String, JsonElement> setting :
                    description.getAsJsonObject("generate").entrySet()) {
                settings.put(
                        setting.getKey(),
                        GSON.fromJson(setting.getValue(), new TypeToken<Map<String, Object>>() {}));
            }
            return settings;
        }
    }

    static Map<String, long[][]> tensors(Path file, String start) throws IOException {
        Map<String, long[][]> tensors = new LinkedHashMap<>();
        try (SafetensorsReader reader = SafetensorsReader.open(file);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            for (String name : reader.names()) {
                if (name.startsWith(start)) {
                    tensors.put(name.substring(start.length()), rows(reader.load(manager, name)));
                }
            }
        }
        return tensors;
    }

    private static long[][] rows(NDArray array) {
        if (array.getShape().dimension() != 2 || array.getDataType().isFloating()) {
            return new long[0][];
        }
        int width = (int) array.getShape().get(1);
        long[] all = array.toLongArray();
        long[][] rows = new long[(int) array.getShape().get(0)][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Arrays.copyOfRange(all, row * width, (row + 1) * width);
        }
        return rows;
    }

    static List<ImmutableLongArray> rows(long[] @Nullable [] ids) {
        return ids == null
                ? List.of()
                : Arrays.stream(ids).map(ImmutableLongArray::copyOf).toList();
    }
}
