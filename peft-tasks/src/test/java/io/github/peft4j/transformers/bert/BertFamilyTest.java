package io.github.peft4j.transformers.bert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.GoldenEncoder;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BertFamilyTest {

    @ParameterizedTest
    @CsvSource({
        "bert-base, forward",
        "bert-base, plain",
        "bert-base, embeds",
        "bert-base, text",
        "bert-seqcls, forward",
        "bert-seqcls, plain",
        "bert-seqcls, embeds",
        "bert-seqcls, text",
        "bert-seqcls-bf16, forward",
        "bert-seqcls-multilabel, forward",
        "bert-seqcls-multilabel, text",
        "bert-seqcls-regression, forward",
        "bert-seqcls-sharded, forward",
        "bert-seqcls-v4, forward",
    })
    void computesWhatPythonComputes(String model, String name) throws IOException {
        @Nullable TaskType task = model.contains("seqcls") ? TaskType.SEQ_CLS : null;
        String file = "models/" + model + "/expected/" + name + ".safetensors";
        try (TransformerModel base = Transformers.load(Golden.path("models/" + model), task);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Map<String, NDArray> inputs = Golden.tensors(manager, file, "in.");
            Map<String, NDArray> expected = Golden.tensors(manager, file, "out.");

            boolean states = expected.containsKey("hidden_states.0");
            ModelOutput plain = base.forward(ModelInput.of(inputs));
            ModelOutput full = base.forward(ModelInput.of(inputs).withOutputHiddenStates(states));

            Assertions.assertThat(expected).isNotEmpty();
            expected.forEach(
                    (field, array) -> {
                        NDArray ours = full.get(field).orElseThrow();
                        Tensors.assertClose(ours, array, Tensors.OUTPUT, field);
                        plain.get(field)
                                .ifPresent(
                                        a -> Tensors.assertClose(a, array, Tensors.OUTPUT, field));
                    });
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bert-seqcls, right",
        "bert-seqcls, left",
        "bert-seqcls, past",
        "bert-mlm, right",
        "bert-mlm, left",
        "bert-mlm-untied, right",
    })
    void computesEachHead(String model, String name) throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open(model, name)) {
            golden.outputsEqualPython();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bert-seqcls, right",
        "bert-seqcls, left",
        "bert-seqcls, past",
        "bert-mlm, right",
        "bert-mlm, left",
        "bert-mlm-untied, right",
    })
    void trainsAsPythonTrains(String model, String name) throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open(model, name)) {
            golden.gradientsEqualPython();
        }
    }

    @Test
    void readsTheNamesOfTheFirstFiles() throws IOException {
        try (GoldenEncoder golden =
                GoldenEncoder.open(Golden.path("models/bert-mlm-legacy"), "forward")) {
            golden.outputsEqualPython();
        }
    }

    @Test
    void refusesTokensThatAreNotInItsVocabulary() throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open("bert-seqcls", "right");
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray ids = manager.create(new long[] {5, 40}, new Shape(1, 2));
            ModelInput input = ModelInput.of(Map.of(ModelInput.INPUT_IDS, ids));

            Assertions.assertThatThrownBy(() -> golden.model().forward(input))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "input_ids holds 40, but this model's table has rows 0 to 39. Encode"
                                    + " the texts with the tokenizer of this checkpoint.");
        }
    }

    @Test
    void refusesWeightsOfOtherSizesThanTheConfig() {
        LoadOptions wider =
                LoadOptions.builder().addConfigOverride("intermediate_size", 25).build();

        Assertions.assertThatThrownBy(
                        () ->
                                Transformers.load(
                                        GoldenEncoder.directory("bert-seqcls"),
                                        TaskType.SEQ_CLS,
                                        wider))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("bert.encoder.layer.0.intermediate.dense.weight in ")
                .hasMessageContaining(" is (24, 16), but the config asks for (25, 16).");
    }
}
