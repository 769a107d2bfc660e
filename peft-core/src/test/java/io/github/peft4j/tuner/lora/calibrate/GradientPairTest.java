package io.github.peft4j.tuner.lora.calibrate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.nn.Conv1D;
import io.github.peft4j.nn.Leaf;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.testkit.PythonStarts;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.tuner.lora.start.LoraInitializer;
import io.github.peft4j.tuner.lora.start.StartLayer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LoRA-GA of a given gradient, in each direction and scale; by starts/make.py. */
class GradientPairTest {

    private final PythonStarts python = new PythonStarts();
    private final Gradients off = Gradients.off();

    @AfterEach
    void close() {
        off.close();
        python.close();
    }

    private LayerSite site(Leaf layer, NDArray weight) {
        layer.initialize(python.manager, DataType.FLOAT32, new Shape(1, 6));
        Tensors.fill(layer.weight(), weight, 1);
        return new LayerSite("layer", layer.kind(), layer, layer.weight(), layer.bias());
    }

    private void assertStartsAsPythonDoes(LayerSite site, String name, GradientPair.Form form) {
        GradientPair found = GradientPair.of(site, python.expected("gradient"), 2, form);
        StartLayer layer = new StartLayer("layer", 6, 5, 2, 1.5, scope -> Weights.of(site, scope));

        LoraInitializer.Pair pair = found.at(python.manager, layer);

        String key = "lora_ga." + name + "." + form.direction() + "." + form.scale() + ".layer";
        python.assertPair(pair.a(), pair.b(), key);
    }

    @ParameterizedTest
    @CsvSource({
        "ArBr, stable", "ArBr, weight_svd", "ArBr, gd_scale", "ArBr, unit",
        "A2rBr, stable", "A2rBr, weight_svd", "A2rBr, gd_scale", "A2rBr, unit",
        "ArB2r, stable", "ArB2r, weight_svd", "ArB2r, gd_scale", "ArB2r, unit",
        "random, stable", "random, weight_svd", "random, gd_scale", "random, unit"
    })
    void startsAsPythonDoes(String direction, String scale) {
        GradientPair.Form form = new GradientPair.Form(direction, scale, 9);
        NDArray weight = python.expected("weight");

        assertStartsAsPythonDoes(site(new Linear(6, 5), weight), "False", form);
        assertStartsAsPythonDoes(site(new Conv1D(6, 5), weight.transpose()), "True", form);
    }
}
