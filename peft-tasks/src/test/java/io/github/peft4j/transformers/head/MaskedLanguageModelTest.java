package io.github.peft4j.transformers.head;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.transformers.GoldenCase;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.family.AutoClass;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaskedLanguageModelTest {

    private static final String WORDS = "bert.embeddings.word_embeddings.weight";
    private static final String DECODER = "cls.predictions.decoder.weight";

    @TempDir private Path folder;

    /** BERT's masked model with its tensors changed. */
    private Path changed(Change change) throws IOException {
        Path source = GoldenCase.directory("encoders/bert-mlm");
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                SafetensorsReader reader =
                        SafetensorsReader.open(source.resolve("model.safetensors"))) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (String name : reader.names()) {
                tensors.put(name, reader.load(manager, name));
            }
            change.of(tensors);
            SafetensorsWriter.writeArrays(
                    folder.resolve("model.safetensors"), tensors, ImmutableMap.of());
        }
        Files.copy(source.resolve("config.json"), folder.resolve("config.json"));
        return folder;
    }

    private interface Change {
        void of(Map<String, NDArray> tensors);
    }

    private static TransformerModel load(Path directory) throws IOException {
        return Transformers.load(directory, AutoClass.MASKED_LM, LoadOptions.DEFAULT);
    }

    @Test
    void tiedScoresReadTheWordEmbedding() throws IOException {
        try (GoldenCase golden = GoldenCase.open("encoders/bert-mlm", "right")) {
            Assertions.assertThat(golden.model().parameters().keySet())
                    .contains(WORDS, "cls.predictions.bias")
                    .doesNotContain(DECODER, "cls.predictions.decoder.bias");
            Assertions.assertThat(golden.model().info().outputEmbedding())
                    .isEqualTo("cls.predictions.decoder");
        }
    }

    @Test
    void untiedScoresHaveAWeightOfTheirOwn() throws IOException {
        try (GoldenCase golden = GoldenCase.open("encoders/bert-mlm-untied", "right")) {
            Assertions.assertThat(golden.model().parameters().keySet())
                    .contains(WORDS, DECODER, "cls.predictions.decoder.bias");
        }
    }

    @Test
    void twoTensorsThatDifferAreNotTied() throws IOException {
        Path directory =
                changed(
                        tensors ->
                                tensors.put(DECODER, tensors.get(WORDS).add(tensors.get(WORDS))));

        try (TransformerModel model = load(directory)) {
            Assertions.assertThat(model.parameters()).containsKeys(WORDS, DECODER);
            Assertions.assertThat(model.parameters().get("cls.predictions.decoder.bias").getArray())
                    .isEqualTo(model.parameters().get("cls.predictions.bias").getArray());
        }
    }

    @Test
    void aFileMayHoldTheTiedTensorsUnderTheHeadsNames() throws IOException {
        Path directory =
                changed(
                        tensors -> {
                            tensors.put(DECODER, tensors.remove(WORDS));
                            tensors.put(
                                    "cls.predictions.decoder.bias",
                                    tensors.remove("cls.predictions.bias"));
                        });

        try (TransformerModel model = load(directory);
                GoldenCase golden = GoldenCase.open("encoders/bert-mlm", "right")) {
            Assertions.assertThat(model.forward(golden.input()).logits())
                    .isEqualTo(golden.model().forward(golden.input()).logits());
        }
    }

    @Test
    void withoutLogitsOnlyTheLossIsComputed() throws IOException {
        try (GoldenCase golden = GoldenCase.open("encoders/roberta-mlm", "left")) {
            Assertions.assertThat(
                            golden.model()
                                    .forward(golden.input().withLogits(LogitsToKeep.NONE))
                                    .arrays()
                                    .keySet())
                    .containsExactly("loss");
        }
    }

    @Test
    void namesTheTensorsOfAFreshHead() throws IOException {
        PrintStream before = System.err;
        ByteArrayOutputStream logged = new ByteArrayOutputStream();
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
        try (TransformerModel model = load(GoldenCase.directory("encoders/bert-seqcls"));
                GoldenCase golden = GoldenCase.open("encoders/bert-mlm", "right")) {
            Assertions.assertThat(model.parameters()).containsKey("cls.predictions.bias");
            model.forward(golden.input());
            model.forward(golden.input());
        } finally {
            System.setErr(before);
        }

        Assertions.assertThat(logged.toString(StandardCharsets.UTF_8))
                .containsOnlyOnce("start fresh")
                .contains(
                        "5 tensors are not in ",
                        "start fresh: cls.predictions.bias,"
                                + " cls.predictions.transform.dense.weight");
    }

    @Test
    void refusesAFileWithoutTheWordEmbedding() throws IOException {
        Path directory = changed(tensors -> tensors.remove(WORDS));

        Assertions.assertThatThrownBy(() -> load(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lacks 1 tensors: " + WORDS);
    }
}
