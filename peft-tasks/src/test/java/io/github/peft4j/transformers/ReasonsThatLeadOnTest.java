package io.github.peft4j.transformers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that cannot be read say why and what to do; those that Python reads are read. */
class ReasonsThatLeadOnTest {

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({"base-bitsandbytes-4bit, bitsandbytes", "base-gptq, gptq"})
    void namesTheQuantizationOfACheckpoint(String report, String method) {
        assertThatThrownBy(
                        () ->
                                Transformers.load(
                                        Folders.resource("reports/" + report), TaskType.CAUSAL_LM))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("quantization_config")
                .hasMessageContaining("quant_method '" + method + "'")
                .hasMessageContaining("quantised weights cannot be read")
                .hasMessageContaining("Take the checkpoint that was quantised")
                .hasMessageContaining("adapters of this one fit it");
    }

    @ParameterizedTest
    @CsvSource({
        "quantization_config, awq",
        "quantization_config, fp8",
        "quantization_config, mxfp4",
        "compression_config, compressed-tensors"
    })
    void namesEveryQuantization(String key, String method) throws IOException {
        Files.writeString(
                folder.resolve(PretrainedConfig.FILE),
                "{\"model_type\": \"bert\", \"%s\": {\"quant_method\": \"%s\"}}"
                        .formatted(key, method));

        assertThatThrownBy(() -> Transformers.load(folder, TaskType.SEQ_CLS))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining(key)
                .hasMessageContaining("quant_method '" + method + "'");
    }

    /** The next step is one for the file that was read. */
    @Test
    void saysWhatToDoAboutABrokenFile() throws IOException {
        for (byte[] broken : new byte[][] {{'{', '1'}, {'{', '"', (byte) 0xe9, '"', '}'}}) {
            for (String name :
                    new String[] {
                        PretrainedConfig.FILE, PeftConfig.FILE_NAME, AdapterPassport.FILE_NAME
                    }) {
                Files.write(folder.resolve(name), broken);
            }
            Files.write(folder.resolve("training_args.json"), broken);

            assertThatThrownBy(() -> PretrainedConfig.read(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(folder.resolve(PretrainedConfig.FILE) + " is no ")
                    .hasMessageEndingWith("Correct the file, or download the checkpoint again.");
            assertThatThrownBy(() -> PeftConfig.fromPretrained(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessageEndingWith("Correct the file or save the adapter again.");
            assertThatThrownBy(() -> AdapterPassport.read(folder))
                    .isInstanceOf(IOException.class)
                    .hasMessageEndingWith("delete the file to load the folder as Python's.");
            assertThatThrownBy(
                            () ->
                                    TrainingArguments.fromJsonFile(
                                            folder.resolve("training_args.json")))
                    .isInstanceOf(IOException.class)
                    .hasMessageEndingWith("write it again with toJsonFile.");
        }
        Files.writeString(folder.resolve(GenerationConfig.FILE), "{1");
        assertThatThrownBy(() -> GenerationConfig.fromPretrained(folder))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("Correct it, or get the file again from where it came.");
        assertThatThrownBy(() -> TrainingArguments.fromJson("{1"))
                .hasMessageStartingWith("training arguments is no valid JSON object")
                .hasMessageNotContaining("adapter");
    }

    @Test
    void readsAConfigWithAnInfiniteNumber() throws IOException {
        Folders.copy(Golden.path("models/llama-causal"), folder);
        Folders.copy(Folders.resource("reports/config-with-infinity"), folder);

        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                TransformerModel model = Transformers.load(folder, TaskType.CAUSAL_LM);
                TransformerModel plain =
                        Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM)) {
            NDArray ids = manager.create(new long[][] {{5, 7, 9}});
            ModelInput input = ModelInput.of(ids, ids.onesLike());
            assertThat(model.forward(input).logits()).isEqualTo(plain.forward(input).logits());
            assertThat(model.info().config())
                    .containsEntry("router_limit", Double.POSITIVE_INFINITY);
        }
    }

    @Test
    void readsTheNumbersThatPythonWritesInAllConfigs() throws IOException {
        String numbers = "\"a\": NaN, \"b\": [-Infinity, \"NaN, \\\"Infinity\"], \"c\": Infinity";
        Files.writeString(folder.resolve(PretrainedConfig.FILE), "{" + numbers + "}");
        Files.writeString(
                folder.resolve(GenerationConfig.FILE), "{\"eos_token_id\": 2, " + numbers + "}");
        Files.writeString(
                folder.resolve(PeftConfig.FILE_NAME),
                "{\"peft_type\": \"LORA\", \"target_modules\": [\"q\"], " + numbers + "}");

        assertThat(PretrainedConfig.read(folder).values())
                .containsEntry("a", Double.NaN)
                .containsEntry("b", List.of(Double.NEGATIVE_INFINITY, "NaN, \"Infinity"))
                .containsEntry("c", Double.POSITIVE_INFINITY);
        assertThat(GenerationConfig.fromPretrained(folder).tokens().eosTokenId())
                .containsExactly(2);
        assertThat(PeftConfig.fromPretrained(folder).peftType().toString()).isEqualTo("LORA");
    }
}
