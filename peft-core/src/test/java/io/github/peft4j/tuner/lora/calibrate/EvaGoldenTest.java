package io.github.peft4j.tuner.lora.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.PythonStarts;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** EVA and its incremental components; by starts/make.py. */
class EvaGoldenTest {

    private final PythonStarts python = new PythonStarts();
    private final Gradients off = Gradients.off();

    @AfterEach
    void close() {
        off.close();
        python.close();
    }

    /** Batch by batch, so that what is kept of the earlier ones tells. */
    @ParameterizedTest
    @CsvSource({"batch, 2", "flat, 2"})
    void componentsAreThoseOfPython(String name, int wanted) {
        try (IncrementalPca pca = new IncrementalPca("second", wanted)) {
            int count = 0;
            for (ModelInput batch : python.inputs(name)) {
                String end = "." + count++;
                pca.add(batch.arrays().values().iterator().next(), 0.99);

                NDArray components = python.expected(name + ".components" + end);
                NDArray roots = python.expected(name + ".values" + end).sqrt().reshape(wanted, 1);
                assertSame(pca.components(wanted, false).in(python.manager), components);
                assertSame(pca.components(wanted, true).in(python.manager), components.div(roots));
                NDArray ratios = python.manager.create(pca.ratios());
                assertSame(ratios, python.expected(name + ".ratios" + end));
            }
            assertThat(count).isEqualTo(3);
        }
    }

    private static void assertSame(NDArray ours, NDArray theirs) {
        Tensors.assertClose(ours, theirs, 1e-5, "of Python");
    }

    /**
     * The ranks of all layers are one budget. first and second have one input and so the larger of
     * their numbers of components: 3 with rho 1.5, 2 with 1.0.
     */
    @ParameterizedTest
    @CsvSource({
        "shared, 1.5, false, second, first second third",
        "own, 1.0, false, , first second third",
        "white, 2.0, true, third, first third"
    })
    void startsAsPythonDoes(
            String name, double rho, boolean whiten, String ofRankOne, String targets) {
        String[] layers = targets.split(" ");
        LoraConfig config =
                LoraConfig.builder()
                        .optR(2)
                        .optLoraAlpha(4)
                        .optTargetModules(layers)
                        .optRankPattern(ofRankOne == null ? Map.of() : Map.of(ofRankOne, 1))
                        .optInitLoraWeights("eva")
                        .optEvaConfig(Map.of("rho", rho, "whiten", whiten))
                        .build();
        LoraConfig ready =
                LoraCalibration.initializeLoraEvaWeights(python, config, python.inputs("batch"));

        try (PeftModel model = PeftModels.getPeftModel(python, ready)) {
            for (String layer : layers) {
                python.assertPair(model, "eva." + name, layer);
            }
        }
    }

    /** Unlike in PEFT, which divides what both hold twice. */
    @Test
    void layersOfOneInputAreWhitenedOnce() {
        assertThat(white("first", "second")).isEqualTo(white("first"));
    }

    private float[] white(String... layers) {
        LoraConfig config =
                LoraConfig.builder()
                        .optR(2)
                        .optTargetModules(layers)
                        .optInitLoraWeights("eva")
                        .optEvaConfig(Map.of("whiten", true))
                        .build();
        LoraConfig ready =
                LoraCalibration.initializeLoraEvaWeights(python, config, python.inputs("batch"));
        try (PeftModel model = PeftModels.getPeftModel(python, ready)) {
            return Tensors.get(
                            model.adapter(PeftModel.DEFAULT_ADAPTER).tensors(),
                            "base_model.model.first.lora_A.weight")
                    .getArray()
                    .toFloatArray();
        }
    }

    /** Of six tokens the fifth is padding, and the first two and the last have no label. */
    @Test
    void rowsThatCountAreToldByTheMasks() {
        assertThat(rows(Map.of())).containsExactly(2, 3);
        assertThat(rows(Map.of("use_label_mask", true))).containsExactly(2, 3);
        assertThat(rows(Map.of("use_label_mask", false))).containsExactly(0, 1, 2, 3, 5);
        assertThat(rows(Map.of("label_mask_value", 7))).containsExactly(0, 1, 3, 5);
    }

    private float[] rows(Map<String, ?> settings) {
        NDArray ids = python.manager.create(new long[][] {{1, 1, 1}, {1, 1, 1}});
        NDArray mask = python.manager.create(new long[][] {{1, 1, 1}, {1, 0, 1}});
        NDArray labels = python.manager.create(new long[][] {{-100, -100, 7}, {8, 9, -100}});
        NDArray x = Tensors.of(python.manager, new Shape(2, 3, 1), 0, 1, 2, 3, 4, 5);
        LoraConfig config =
                LoraConfig.builder().optEvaConfig(new LinkedHashMap<>(settings)).build();
        ModelInput batch = ModelInput.of(ids, mask).with(ModelInput.LABELS, labels);
        return EvaSettings.of(config).rows(x, batch).toFloatArray();
    }
}
