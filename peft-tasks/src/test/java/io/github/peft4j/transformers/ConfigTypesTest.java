package io.github.peft4j.transformers;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.task.Folders;
import io.github.peft4j.task.OddValues;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of another type or of no sense in config.json, under each key of each family. */
class ConfigTypesTest {

    private static final Set<String> MORE =
            Set.of(
                    "rope_scaling",
                    "rope_parameters",
                    "layer_types",
                    "id2label",
                    "num_labels",
                    "tie_word_embeddings",
                    "torch_dtype",
                    "architectures",
                    "problem_type",
                    "quantization_config",
                    "sliding_window",
                    "pad_token_id");

    @TempDir Path folder;

    private void load() throws IOException {
        Transformers.load(folder).close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bart-seqcls",
                "bert-seqcls",
                "deberta-v2-tokcls",
                "gemma2-causal",
                "gpt2-seqcls",
                "gptneox-causal",
                "llama-causal",
                "mpnet-sentence",
                "opt-causal",
                "phi3-causal",
                "qwen3-causal",
                "roberta-seqcls",
                "t5-seq2seq"
            })
    void loadsOrNamesTheKey(String model) throws IOException {
        Folders.copy(Golden.path("models/" + model), folder);

        OddValues.tryAll(folder.resolve("config.json"), MORE, this::load);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "qwen3-causal | layer_types | [null] | layer_types is [null], not a list of texts in",
                "qwen3-causal | layer_types | [[]] | layer_types is [[]], not a list of texts in",
                "gptneox-causal | hidden_size | 2147483647 | hidden_size is 2147483647 in",
                "llama-causal | num_hidden_layers | 2147483647 | its weights have 21 tensors",
                "bert-seqcls | num_hidden_layers | 2147483647 | num_hidden_layers is 2147483647 in",
                "bart-seqcls | decoder_layers | 1000000000 | decoder_layers is 1000000000 in",
                "gpt2-seqcls | n_layer | 1000000000 | n_layer is 1000000000 in",
                "llama-causal | head_dim | 1000000000 | no tensor of its weights is wider than 352",
                "llama-causal | pad_token_id | 65536 | pad_token_id is 65536, but vocab_size is 352 in",
                "opt-causal | max_position_embeddings | 2147483647 | no model has more than",
                "gpt2-seqcls | activation_function | \"x\" | activation_function: Unknown",
                "llama-causal | attention_dropout | -1 | attention_dropout is -1.0, not a probability"
            })
    void saysWhatIsWrong(String model, String key, String value, String text) throws IOException {
        Folders.copy(Golden.path("models/" + model), folder);
        Path file = folder.resolve("config.json");
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst("\\s*}\\s*$", ", \"" + key + "\": " + value + "}"));

        assertThatThrownBy(this::load)
                .hasMessageContaining(text)
                .hasMessageContaining(file.toString());
    }

    @Test
    void saysWhichLabelIsNoText() {
        PretrainedConfig config =
                PretrainedConfig.of(
                        Map.of("id2label", Map.of("0", List.of(), "1", "x")), "config.json");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.labels(2))
                .withMessageContaining("id2label has [] for 0, not a text in config.json");
    }
}
