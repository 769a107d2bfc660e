package io.github.peft4j.transformers.bert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableListMultimap;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.transformers.GoldenCase;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.family.FamilyContract;
import java.io.IOException;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class BertFamilyTest extends FamilyContract {

    @Override
    protected ImmutableListMultimap<String, String> outputs() {
        return ImmutableListMultimap.<String, String>builder()
                .putAll("bert-base", "forward", "plain", "embeds", "text")
                .putAll("bert-seqcls", "forward", "plain", "embeds", "text")
                .put("bert-seqcls-bf16", "forward")
                .putAll("bert-seqcls-multilabel", "forward", "text")
                .put("bert-seqcls-regression", "forward")
                .put("bert-seqcls-sharded", "forward")
                .put("bert-seqcls-v4", "forward")
                .put("bert-mlm-legacy", "forward")
                .build();
    }

    @Override
    protected ImmutableListMultimap<String, String> trained() {
        return ImmutableListMultimap.<String, String>builder()
                .putAll("encoders/bert-seqcls", "right", "left", "past")
                .putAll("encoders/bert-mlm", "right", "left")
                .put("encoders/bert-mlm-untied", "right")
                .build();
    }

    @Test
    void refusesTokensThatAreNotInItsVocabulary() throws IOException {
        try (GoldenCase golden = GoldenCase.open("encoders/bert-seqcls", "right");
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
                                        GoldenCase.directory("encoders/bert-seqcls"),
                                        TaskType.SEQ_CLS,
                                        wider))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("bert.encoder.layer.0.intermediate.dense.weight in ")
                .hasMessageContaining(" is (24, 16), but the config asks for (25, 16).");
    }
}
