package io.github.peft4j.task.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.prefixtuning.PrefixTuningConfig;
import io.github.peft4j.tuner.prompttuning.PromptTuningConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A text that outgrows the short factors of a longrope checkpoint, 16 tokens here. */
class LongRopeGenerationTest {

    private static final Path MODEL = Folders.resource("reports/longrope-generation");

    private static TransformerModel base;
    private static GenerationConfig config;

    @BeforeAll
    static void load() throws IOException {
        base = Transformers.load(MODEL, TaskType.CAUSAL_LM);
        config = GenerationConfig.fromPretrained(MODEL);
    }

    @AfterAll
    static void close() {
        base.close();
    }

    @Test
    void generatesWhatPythonGenerates() throws IOException {
        Path file = MODEL.resolve("expected/generate.safetensors");
        PromptBatch prompts = GeneratorTest.prompts(GeneratorTest.tensors(file, "in."), "");
        Map<String, long[][]> expected = GeneratorTest.tensors(file, "gen.");

        GeneratorTest.settings(file)
                .forEach(
                        (name, arguments) ->
                                assertThat(
                                                Generator.of(base)
                                                        .generate(prompts, config.with(arguments))
                                                        .sequences())
                                        .as(name)
                                        .isEqualTo(GeneratorTest.rows(expected.get(name))));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void generatesTheSameWithoutACache(int beams) {
        PromptBatch prompts = PromptBatch.of(new long[][] {{5, 7, 9, 11, 13, 17, 19}});

        assertThat(answers(Generator.of(base), prompts, beams, true))
                .isEqualTo(answers(Generator.of(base), prompts, beams, false));
    }

    /** Virtual tokens count as tokens of the text. */
    @Test
    void countsVirtualTokens() {
        PromptBatch prompts = PromptBatch.of(new long[][] {{5, 7, 9, 11, 13, 17, 19}});
        PromptTuningConfig prompt =
                PromptTuningConfig.builder()
                        .optTaskType(TaskType.CAUSAL_LM)
                        .setNumVirtualTokens(5)
                        .build();
        PrefixTuningConfig prefix =
                PrefixTuningConfig.builder()
                        .optTaskType(TaskType.CAUSAL_LM)
                        .setNumVirtualTokens(5)
                        .build();
        for (var method : List.of(prompt, prefix)) {
            try (PeftModel model = PeftModels.getPeftModel(base, method)) {
                assertThat(answers(Generator.of(model), prompts, 1, true))
                        .as(method.peftType().toString())
                        .isEqualTo(answers(Generator.of(model), prompts, 1, false));
            }
        }
    }

    private static Object answers(
            Generator generator, PromptBatch prompts, int beams, boolean cache) {
        return generator
                .generate(
                        prompts,
                        config.with(
                                Map.of(
                                        "max_new_tokens",
                                        14,
                                        "num_beams",
                                        beams,
                                        "do_sample",
                                        false,
                                        "use_cache",
                                        cache)))
                .sequences();
    }
}
