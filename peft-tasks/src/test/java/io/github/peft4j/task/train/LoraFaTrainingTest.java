package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.optim.LoraFa;
import io.github.peft4j.transformers.TransformerModel;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An optimizer that leaves tensors as they are. */
class LoraFaTrainingTest {

    private TransformerModel base;
    private PeftModel model;

    @BeforeEach
    void load() throws IOException {
        base = ToyModels.base();
        model = ToyModels.lora(base);
    }

    @AfterEach
    void close() {
        model.close();
        base.close();
    }

    @Test
    void trainsBAloneAndGivesAItsGradientBack() throws IOException {
        Map<String, float[]> before = new LinkedHashMap<>();
        model.trainableTensors().forEach((k, p) -> before.put(k, p.getArray().toFloatArray()));
        TrainingArguments arguments =
                TrainingArguments.builder().optLearningRate(1e-2).optEpochs(1).build();

        PeftTrainer.builder(model, arguments)
                .optParameterGrouping(LoraFa.of(model))
                .build()
                .fit(ToyTokens.of(48, 1), null);

        for (Map.Entry<String, Parameter> tensor : model.trainableTensors().entrySet()) {
            float[] after = tensor.getValue().getArray().toFloatArray();
            boolean same = Arrays.equals(after, before.get(tensor.getKey()));
            assertThat(same).as(tensor.getKey()).isEqualTo(tensor.getKey().contains("lora_A"));
            assertThat(tensor.getValue().requiresGradient()).as(tensor.getKey()).isTrue();
        }
    }
}
