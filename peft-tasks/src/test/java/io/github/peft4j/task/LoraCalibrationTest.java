package io.github.peft4j.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.ops.Decompositions;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.calibrate.LoraCalibration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts that data decide, on a small model; their numbers against Python's are golden cases. */
class LoraCalibrationTest {

    private static final String QUERY = "bert.encoder.layer.0.attention.self.query";

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private TransformerModel base;

    @BeforeEach
    void load() throws IOException {
        LoadOptions still =
                LoadOptions.builder()
                        .addConfigOverride("attention_probs_dropout_prob", 0.0)
                        .addConfigOverride("hidden_dropout_prob", 0.0)
                        .build();
        base = Transformers.load(Golden.path("models/bert-seqcls"), TaskType.SEQ_CLS, still);
    }

    @AfterEach
    void close() {
        base.close();
        manager.close();
    }

    private ModelInput batch(long... firsts) {
        long[][] ids = new long[firsts.length][];
        long[] labels = new long[firsts.length];
        for (int i = 0; i < firsts.length; i++) {
            ids[i] = new long[] {2, firsts[i], 9 + i, 11, 13 + 2 * i, 3};
            labels[i] = i % 3;
        }
        NDArray tokens = manager.create(ids);
        return ModelInput.of(tokens, tokens.onesLike())
                .with(ModelInput.LABELS, manager.create(labels));
    }

    private List<ModelInput> batches() {
        return List.of(batch(5, 7, 8, 21, 22), batch(6, 12, 30, 31, 33));
    }

    private static LoraConfig.Builder config(String start) {
        return LoraConfig.builder()
                .optR(2)
                .optLoraAlpha(4)
                .optTaskType(TaskType.SEQ_CLS)
                .optTargetModules("query", "value")
                .optInitLoraWeights(start);
    }

    private double distance(NDArray left, NDArray right) {
        return Tensors.relativeError(left, right);
    }

    private NDArray logits(PeftModel model) {
        return model.forward(batch(5, 8)).logits();
    }

    private NDArray plain() {
        try (Gradients off = Gradients.off()) {
            return base.forward(batch(5, 8), AdapterPass.bare(manager, false)).logits();
        }
    }

    @Test
    void everyStartBeginsAsTheIdentityAndLeavesTheBaseAlone() {
        Parameter weight = base.parameters().get(QUERY + ".weight");
        float[] before = weight.getArray().toFloatArray();

        for (String start : List.of("eva", "corda", "lora_ga")) {
            LoraConfig ready =
                    LoraCalibration.of(base).build().calibrate(config(start).build(), batches());
            try (PeftModel model = PeftModels.getPeftModel(base, ready)) {
                assertThat(distance(logits(model), plain())).as(start).isLessThan(2e-6);
                NDArray a = tensor(model, "lora_A.weight");
                assertThat(a.norm().getFloat()).as(start).isGreaterThan(0.01f);
            }
        }
        assertThat(weight.getArray().toFloatArray()).containsExactly(before);
    }

    private static NDArray tensor(PeftModel model, String suffix) {
        return model.trainableTensors().get("base_model.model." + QUERY + "." + suffix).getArray();
    }

    /** With r = 8 of 32 all parts of the gradient are found, so that they can be told exactly. */
    @Test
    void loraGaTakesTheGradientOfTheFrozenWeight() {
        LoraConfig config =
                config("lora_ga")
                        .optR(8)
                        .optLoraGaConfig(Map.of("direction", "A2rBr", "scale", "unit"))
                        .build();

        LoraConfig ready = LoraCalibration.preprocessLoraga(base, config, batches());

        NDList parts = Decompositions.svd(gradient());
        try (PeftModel model = PeftModels.getPeftModel(base, ready)) {
            NDArray a = tensor(model, "lora_A.weight");
            NDArray b = tensor(model, "lora_B.weight");
            NDArray sizes = parts.get(1).get("0:8");
            NDArray columns = parts.get(0).get(":, 0:8").mul(sizes);
            assertThat(distance(b.abs(), columns.abs())).isLessThan(1e-4);
            assertThat(distance(a.abs(), parts.get(2).get("8:16").abs())).isLessThan(1e-2);
        }
    }

    /** The mean over the batches, by the engine's own backward pass. */
    private NDArray gradient() {
        NDArray weight = base.parameters().get(QUERY + ".weight").getArray();
        weight.setRequiresGradient(true);
        try (Gradients on = Gradients.on()) {
            for (ModelInput batch : batches()) {
                Gradients.backward(base.forward(batch, AdapterPass.bare(manager, true)).loss());
            }
            return weight.getGradient().div(manager.create(2f));
        } finally {
            weight.setRequiresGradient(false);
        }
    }

    @Test
    void memoryForOneLayerGivesTheSameInMorePasses() {
        for (String start : List.of("corda", "lora_ga")) {
            List<String> seen = new ArrayList<>();
            LoraConfig config = config(start).build();
            LoraConfig whole = LoraCalibration.of(base).build().calibrate(config, batches());
            LoraConfig parts =
                    LoraCalibration.of(base)
                            .optMaxBytes(1)
                            .optListener((what, done, total) -> seen.add(what))
                            .build()
                            .calibrate(config, batches());

            assertThat(seen).as("four layers, two batches each").hasSize(4 * (2 + 1));
            try (PeftModel left = PeftModels.getPeftModel(base, whole);
                    PeftModel right = PeftModels.getPeftModel(base, parts)) {
                NDArray a = tensor(left, "lora_A.weight").abs();
                assertThat(distance(tensor(right, "lora_A.weight").abs(), a))
                        .as(start)
                        .isLessThan(1e-3);
            }
        }
    }

    @Test
    void whatDataDecidedIsWholeAgainAfterSaving(@TempDir Path folder) throws IOException {
        for (String start : List.of("corda", "lora_ga")) {
            LoraConfig ready =
                    LoraCalibration.of(base).build().calibrate(config(start).build(), batches());
            Path own = folder.resolve(start);
            try (PeftModel model = PeftModels.getPeftModel(base, ready)) {
                Tensors.fill(
                        model.trainableTensors()
                                .get("base_model.model." + QUERY + ".lora_B.weight"),
                        manager.randomNormal(tensor(model, "lora_B.weight").getShape()),
                        0.5);
                NDArray trained = logits(model);
                model.savePretrained(own);
                try (PeftModel loaded = PeftModels.fromPretrained(base, own)) {
                    assertThat(distance(logits(loaded), trained)).as(start).isLessThan(1e-6);
                    assertThat(distance(trained, plain())).as(start).isGreaterThan(1e-3);
                }
            }
        }
    }

    @Test
    void evaGivesRanksToLayersThatNeedThem() {
        LoraConfig config = config("eva").optTargetModules("query", "dense").build();

        LoraConfig ready = LoraCalibration.initializeLoraEvaWeights(base, config, batches());

        int ranks =
                ready.targetModules().orElseThrow().values().stream()
                        .mapToInt(path -> ready.ranks().find(path).orElse(ready.r()))
                        .sum();
        assertThat(ranks).as("nine layers of rank 2").isEqualTo(18);
        assertThat(ready.rankPattern()).isNotEmpty();
        assertThat(ready.alphaPattern().keySet()).isEqualTo(ready.rankPattern().keySet());
        ready.rankPattern()
                .forEach(
                        (path, rank) ->
                                assertThat(ready.alphaPattern().get(path).doubleValue())
                                        .as("the scale stays at %s", path)
                                        .isEqualTo(2.0 * rank));
    }

    /** Expected ranks, alphas and first numbers of A are PEFT 0.21.2's on the same batches. */
    @Test
    void evaRewritesTheConfigAsPythonDoes() {
        String layer = "bert.encoder.layer.0.attention.";
        Map<String, Integer> ranks = Map.of(layer + "self.query", 3, layer + "output.dense", 1);
        Map<String, Number> alphas = Map.of(layer + "self.query", 6.0, layer + "output.dense", 2.0);

        assertEva(evaOf(Map.of()), ranks, alphas, 0.36306f, 0.0214f);
        assertEva(evaOf(Map.of("whiten", true)), ranks, alphas, 0.07577f, 0.00447f);
        assertEva(
                evaOf(Map.of("adjust_scaling_factors", false)), ranks, Map.of(), 0.36306f, 0.0214f);
    }

    /** A rank of the config that EVA changes back to r stands in alpha_pattern alone. */
    @Test
    void evaMovesRanksOfAPatternAsPythonDoes() {
        LoraConfig given =
                eva(Map.of())
                        .optTargetModules("query", "key", "intermediate.dense", "output.dense")
                        .optRankPattern(Map.of("key", 3))
                        .build();
        LoraConfig ready = LoraCalibration.initializeLoraEvaWeights(base, given, batches());

        String attention = "bert.encoder.layer.0.attention.self.";
        assertEva(
                ready,
                Map.of(attention + "query", 3, attention + "key", 3),
                Map.of(
                        attention + "query",
                        6.0,
                        "bert.encoder.layer.1.attention.self.key",
                        8.0 / 3),
                0.3632f,
                0.02151f);
    }

    private static LoraConfig.Builder eva(Map<String, ?> settings) {
        Map<String, Object> all = new LinkedHashMap<>(settings);
        all.put("use_label_mask", false);
        return config("eva")
                .optTargetModules("query", "intermediate.dense", "output.dense")
                .optEvaConfig(all);
    }

    private LoraConfig evaOf(Map<String, ?> settings) {
        return LoraCalibration.initializeLoraEvaWeights(base, eva(settings).build(), batches());
    }

    private void assertEva(
            LoraConfig ready,
            Map<String, Integer> ranks,
            Map<String, ? extends Number> alphas,
            float... firsts) {
        assertThat(ready.r()).isEqualTo(2);
        assertThat(ready.loraAlpha()).isEqualTo(4);
        assertThat(ready.rankPattern()).isEqualTo(ranks);
        assertThat(ready.alphaPattern()).isEqualTo(alphas);
        try (PeftModel model = PeftModels.getPeftModel(base, ready)) {
            float[] a = tensor(model, "lora_A.weight").abs().toFloatArray();
            for (int i = 0; i < firsts.length; i++) {
                assertThat(a[i]).isCloseTo(firsts[i], within(2e-5f));
            }
        }
    }

    @Test
    void refusesWhatItCannotDo() {
        LoraCalibration calibration = LoraCalibration.of(base).build();

        assertThatThrownBy(() -> calibration.calibrate(config("pissa").build(), batches()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "init_lora_weights is pissa, which needs no data. Those that do are [eva,"
                                + " corda, lora_ga].");
        assertThatThrownBy(
                        () ->
                                LoraCalibration.preprocessCorda(
                                        base, config("eva").build(), batches()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("this calibration is for corda");
        assertThatThrownBy(() -> calibration.calibrate(config("eva").build(), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no batches");
        assertThatThrownBy(() -> calibration.calibrate(config("lora_ga").build(), unlabelled()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Put labels into the batches");
        assertThatThrownBy(
                        () -> calibration.calibrate(config("lora_ga").optR(17).build(), batches()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be at most 16");
        assertThatThrownBy(
                        () ->
                                calibration.calibrate(
                                        config("corda")
                                                .optCordaConfig(Map.of("cache_file", "a.pt"))
                                                .build(),
                                        batches()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Python's pickle");
    }

    private List<ModelInput> unlabelled() {
        return List.of(batch(5, 8).without(ModelInput.LABELS));
    }
}
