package io.github.peft4j.task.serve;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.OddValues;
import io.github.peft4j.task.folder.SentenceModules;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of another type in the files of adapters, encoders and trainings, under each key. */
class AdapterFileTypesTest {

    private static final Set<String> PASSPORT =
            Set.of(
                    "task_type",
                    "problem_type",
                    "labels",
                    "max_length",
                    "padding_side",
                    "pooling",
                    "normalize",
                    "prompts",
                    "chat_template",
                    "base",
                    "adapter",
                    "training",
                    "versions");

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "adalora-allocate",
                "boft-block-num",
                "cpt-decay",
                "delora-causallm",
                "dora-bert",
                "fourierft-gpt2",
                "hra-net-conv2d",
                "ia3-net-conv2d",
                "ln-bert",
                "loha-seqcls",
                "lokr-both",
                "miss-bat",
                "multitask-t5",
                "oft-coft",
                "prefix-bart",
                "prompt-seqcls",
                "ptuning-seqcls",
                "road-4",
                "tokens-bert",
                "vblora-topk",
                "vera-no-projection",
                "xlora-llama"
            })
    void aConfigIsReadOrNamesTheKey(String adapter) throws IOException {
        Folders.copy(Golden.path("adapters/" + adapter), folder);

        OddValues.tryAll(
                folder.resolve("adapter_config.json"),
                Set.of(),
                () -> PeftConfig.fromPretrained(folder));
    }

    @ParameterizedTest
    @CsvSource({
        "lora-seqcls-bert, bert-seqcls",
        "loha-seqcls, bert-seqcls",
        "lora-causal-gpt2, gpt2-causal"
    })
    void anAdapterIsLoadedOrNamesTheKey(String adapter, String model) throws IOException {
        Folders.copy(Golden.path("adapters/" + adapter), folder);

        try (TransformerModel base = Transformers.load(Golden.path("models/" + model))) {
            OddValues.tryAll(
                    folder.resolve("adapter_config.json"),
                    Set.of(),
                    () -> PeftModels.fromPretrained(base, folder).close());
            OddValues.tryAll(
                    folder.resolve("adapter_passport.json"),
                    PASSPORT,
                    () -> PeftModels.fromPretrained(base, folder).close());
        }
    }

    @Test
    void aPassportIsReadOrNamesTheKey() throws IOException {
        OddValues.tryAll(
                folder.resolve("adapter_passport.json"),
                PASSPORT,
                () -> {
                    AdapterPassport passport = AdapterPassport.read(folder).orElseThrow();
                    passport.labels();
                    passport.prompts();
                    passport.maxLength();
                    passport.trainingArguments();
                    passport.toJson();
                });
    }

    @Test
    void anIndexIsReadOrNamesTheKey() throws IOException {
        Folders.copy(Golden.path("models/bert-seqcls-sharded"), folder);
        Path index = folder.resolve("model.safetensors.index.json");

        OddValues.tryAll(index, Set.of(), () -> Transformers.load(folder).close());

        Files.writeString(index, "{\"weight_map\": {\"a\": 3}}");
        assertThatThrownBy(() -> Transformers.load(folder))
                .hasMessageContaining(index.toString())
                .hasMessageContaining("found a number where a string must be, at $.weight_map.a");
    }

    @Test
    void modulesOfAnEncoderAreReadOrNameTheKey() throws IOException {
        Files.createDirectory(folder.resolve("1_Pooling"));
        Path modules = folder.resolve("modules.json");
        Files.writeString(
                modules,
                "[{\"idx\": 0, \"name\": \"0\", \"path\": \"1_Pooling\", \"type\":"
                        + " \"sentence_transformers.models.Pooling\"}]");

        OddValues.tryAll(modules, Set.of(), this::readModules);
        OddValues.tryAll(
                folder.resolve("1_Pooling/config.json"),
                Set.of("pooling_mode", "pooling_mode_mean_tokens", "include_prompt"),
                this::readModules);
        OddValues.tryAll(
                folder.resolve("config_sentence_transformers.json"),
                Set.of("prompts", "default_prompt_name"),
                this::readModules);
        Files.writeString(
                modules,
                "[{\"idx\": 0, \"path\": \"\", \"type\":"
                        + " \"sentence_transformers.models.Transformer\"}]");
        OddValues.tryAll(
                folder.resolve("sentence_bert_config.json"),
                Set.of("max_seq_length"),
                this::readModules);
    }

    private void readModules() throws IOException {
        SentenceModules read = SentenceModules.read(List.of(folder));
        read.usualPrompt();
    }

    @Test
    void argumentsOfATrainingAreReadOrNameTheKey() throws IOException {
        Path file = folder.resolve("training_args.json");
        Set<String> keys = new TreeSet<>(TrainingArguments.builder().build().toMap().keySet());
        keys.addAll(Set.of("early_stopping_patience", "resume_from_checkpoint", "optim"));

        OddValues.tryAll(file, keys, () -> TrainingArguments.fromJsonFile(file));
    }
}
