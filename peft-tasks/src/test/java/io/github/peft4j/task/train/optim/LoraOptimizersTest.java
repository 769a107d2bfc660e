package io.github.peft4j.task.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.task.Folders;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.ia3.IA3Config;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Losses and tensors of PEFT's own optimizers; make_optimizers.py beside the file has made them.
 */
class LoraOptimizersTest {

    private static final double RATE = 0.01;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private TransformerModel base;
    private PeftModel model;

    @BeforeEach
    void load() throws IOException {
        base = Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM);
        model =
                PeftModels.fromPretrained(
                        base,
                        Folders.resource("reports/adapter-eva-start"),
                        PeftModel.DEFAULT_ADAPTER,
                        LoadAdapterOptions.builder().optTrainable(true).build());
    }

    @AfterEach
    void close() {
        model.close();
        base.close();
        manager.close();
    }

    private static JsonObject python(String optimizer) throws IOException {
        String json = Files.readString(Folders.resource("optimizers/lora.json"));
        return JsonParser.parseString(json).getAsJsonObject().getAsJsonObject(optimizer);
    }

    private double backward() {
        try (NDManager scope = manager.newSubManager();
                Gradients on = Gradients.on()) {
            NDArray ids =
                    scope.create(new long[][] {{5, 7, 9, 11, 13, 17}, {6, 8, 21, 22, 30, 31}});
            ModelInput input = ModelInput.of(ids, ids.onesLike()).with(ModelInput.LABELS, ids);
            NDArray loss = model.forward(input, model.newStore(), false).loss();
            Gradients.backward(loss);
            return loss.getFloat();
        }
    }

    private void train(String name, Function<PeftModel, ParameterGrouping> plan)
            throws IOException {
        ParameterGrouping grouping = plan.apply(model);
        Map<String, Parameter> trained = new LinkedHashMap<>(model.trainableTensors());
        trained.keySet().removeIf(key -> !grouping.trains(key));
        AdamW.Builder builder = AdamW.builder();
        grouping.configure(builder);
        for (ParameterGroup group : grouping.group(trained)) {
            builder.addGroup(group.parameters(), group.weightDecay(), group.rateFactor());
        }
        JsonObject theirs = python(name);
        JsonArray losses = theirs.getAsJsonArray("losses");
        try (AdamW optimizer = builder.build()) {
            for (int i = 0; i < losses.size(); i++) {
                double python = losses.get(i).getAsDouble();
                assertThat(backward()).as("loss %s", i).isCloseTo(python, within(2e-5 * python));
                grouping.changeGradients();
                optimizer.step(RATE);
                model.trainableTensors().values().forEach(p -> Gradients.zero(p.getArray()));
            }
        }
        compare(theirs.getAsJsonObject("tensors"));
    }

    private void compare(JsonObject tensors) {
        assertThat(tensors.keySet()).isEqualTo(model.trainableTensors().keySet());
        model.trainableTensors()
                .forEach(
                        (name, tensor) -> {
                            JsonArray theirs = tensors.getAsJsonArray(name);
                            double norm = theirs.get(0).getAsDouble();
                            float[] ours = tensor.getArray().toFloatArray();
                            assertThat((double) tensor.getArray().norm().getFloat())
                                    .as(name)
                                    .isCloseTo(norm, within(1e-4 * norm));
                            for (int i = 0; i < 3; i++) {
                                assertThat((double) ours[i])
                                        .as("%s[%s]", name, i)
                                        .isCloseTo(
                                                theirs.get(i + 1).getAsDouble(),
                                                within(1e-4 * norm));
                            }
                        });
    }

    @Test
    void loraPlusGivesPeftsNumbers() throws IOException {
        train("plus", all -> LoraPlus.builder(RATE, 16).optWeightDecay(0.1).build());
    }

    @Test
    void loraFaGivesPeftsNumbers() throws IOException {
        train("fa", all -> LoraFa.of(all, 0.1));
    }

    @Test
    void riemannianGivesPeftsNumbers() throws IOException {
        train(
                "riemannian",
                all -> RiemannianLora.of(all, RiemannianLora.REG, ParameterGrouping.byDecay(0)));
    }

    @Test
    void loraPlusHasFourGroups() {
        Map<String, Parameter> tensors = new LinkedHashMap<>();
        Parameter matrix = model.trainableTensors().values().iterator().next();
        Parameter vector =
                Parameter.builder()
                        .setName("v")
                        .setType(Parameter.Type.BIAS)
                        .optShape(new Shape(3))
                        .build();
        tensors.put("layer.lora_A.weight", matrix);
        tensors.put("layer.lora_B.weight", matrix);
        tensors.put("table.lora_embedding_A", matrix);
        tensors.put("classifier.weight", matrix);
        tensors.put("classifier.bias", vector);

        List<ParameterGroup> groups =
                LoraPlus.builder(1e-4, 8).optWeightDecay(0.1).build().group(tensors);

        assertThat(groups.stream().map(group -> group.parameters().keySet().toString()))
                .containsExactly(
                        "[layer.lora_A.weight, classifier.weight]",
                        "[table.lora_embedding_A]",
                        "[layer.lora_B.weight]",
                        "[classifier.bias]");
        assertThat(groups.stream().map(ParameterGroup::rateFactor))
                .containsExactly(1.0, 1e-6 / 1e-4, 8.0, 8.0);
        assertThat(groups.stream().map(ParameterGroup::weightDecay))
                .containsExactly(0.1, 0.1, 0.1, 0.0);
    }

    @Test
    void refusesNumbersThatMakeNoSense() {
        assertThatThrownBy(() -> LoraPlus.builder(1e-4, 0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("loraplus_lr_ratio is 0.5; it must be 1 or more, 16 for example.");
        assertThatThrownBy(() -> LoraFa.of(model, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weight_decay is -1.0; it must be 0 or more.");
        assertThatThrownBy(() -> RiemannianLora.of(model, 0, ParameterGrouping.byDecay(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("reg is 0.0; it must be positive, 0.01 for example.");
    }

    @Test
    void refusesAModelWithoutLora() {
        try (PeftModel other =
                PeftModels.getPeftModel(
                        base, IA3Config.builder().optTaskType(TaskType.CAUSAL_LM).build())) {
            assertThatThrownBy(() -> LoraFa.of(other))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no lora_A and lora_B")
                    .hasMessageContaining("Activate a LoRA adapter");
        }
    }
}
