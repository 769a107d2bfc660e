package io.github.peft4j.task.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a config leaves open, and values that mean none. */
class OpenEndsTest {

    private static final PromptBatch PROMPT = PromptBatch.of(new long[][] {{5, 7, 9}});
    private static final List<ImmutableLongArray> FOUR =
            List.of(ImmutableLongArray.of(5, 7, 9, 283, 263, 196, 245));

    @TempDir private Path folder;

    @Test
    void takesAPadTokenOfMinusOneForNone() throws IOException {
        Folders.copy(Golden.path("models/llama-causal"), folder);
        Folders.copy(Folders.resource("reports/generation-pad-minus-one"), folder);
        Files.delete(folder.resolve(GenerationConfig.FILE));

        try (TransformerModel base = Transformers.load(folder, TaskType.CAUSAL_LM)) {
            GenerationConfig config =
                    GenerationConfig.fromPretrained(folder)
                            .with(Map.of("max_new_tokens", 4, "do_sample", false));
            assertThat(Generator.of(base).generate(PROMPT, config).sequences()).isEqualTo(FOUR);
        }
    }

    @Test
    void takesNegativeIdsForNone() {
        GenerationConfig config =
                GenerationConfig.builder()
                        .optBosTokenId(-1)
                        .optEosTokenId(-1)
                        .optPadTokenId(-1)
                        .optDecoderStartTokenId(-1)
                        .build();

        assertThat(config.tokens().bosTokenId()).isNull();
        assertThat(config.tokens().eosTokenId()).isEmpty();
        assertThat(config.tokens().padTokenId()).isNull();
        assertThat(config.tokens().decoderStartTokenId()).isNull();
        assertThat(config.tokens().fill()).isEqualTo(-1);
    }

    @Test
    void refusesATemperatureOfZeroOnlyWhereItCounts() {
        GenerationConfig greedy = GenerationConfig.builder().optTemperature(0).build();

        assertThat(greedy.sampling().temperature()).isZero();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> greedy.with(Map.of("do_sample", true)))
                .withMessageContaining("temperature is 0.0; it must be a positive number")
                .withMessageContaining("set do_sample to false");
    }

    /** Greedy from 5, 7, 9 gives 283, 263, 196, 245, 237, 163, 50. */
    @ParameterizedTest
    @ValueSource(strings = {"generation_config.json", "config.json"})
    void endsWhereTheCheckpointSays(String file) throws IOException {
        Folders.copy(Golden.path("models/llama-causal"), folder);
        Files.delete(folder.resolve(GenerationConfig.FILE));
        Path changed = folder.resolve(file);
        String old = Files.exists(changed) ? Files.readString(changed) : "{}";
        Files.writeString(
                changed,
                old.replaceFirst("\"eos_token_id\": [0-9]+,", "")
                        .replaceFirst("\\{", "{\"eos_token_id\": [300, 196]" + comma(old)));

        try (TransformerModel base = Transformers.load(folder, TaskType.CAUSAL_LM)) {
            GenerationConfig open = GenerationConfig.builder().optMaxNewTokens(7).build();
            assertThat(Generator.of(base).generate(PROMPT, open).sequences())
                    .containsExactly(ImmutableLongArray.of(5, 7, 9, 283, 263, 196));
            GenerationConfig own = open.toBuilder().optEosTokenId(245).build();
            assertThat(Generator.of(base).generate(PROMPT, own).sequences()).isEqualTo(FOUR);
        }
    }

    private static String comma(String json) {
        return json.equals("{}") ? "" : ", ";
    }
}
