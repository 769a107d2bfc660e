package io.github.peft4j.tuner.lora.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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
        "ArB2r, stable", "ArB2r, weight_svd", "ArB2r, gd_scale", "ArB2r, unit"
    })
    void startsAsPythonDoes(String direction, String scale) {
        GradientPair.Form form = new GradientPair.Form(direction, scale, 9);
        NDArray weight = python.expected("weight");

        assertStartsAsPythonDoes(site(new Linear(6, 5), weight), "False", form);
        assertStartsAsPythonDoes(site(new Conv1D(6, 5), weight.transpose()), "True", form);
    }

    /** Each row of A and its column of B have one place among the first four, which is drawn. */
    @Test
    void randomDrawsThePlacesOfBoth() {
        LayerSite site = site(new Linear(6, 5), python.expected("weight"));
        GradientPair.Form form = new GradientPair.Form("random", "unit", 9);
        NDArray rows = all("ArB2r.unit.layer.a", "A2rBr.unit.layer.a");
        NDArray columns = all("A2rBr.unit.layer.b", "ArB2r.unit.layer.b");
        python.manager.getEngine().setRandomSeed(2);
        Set<List<Integer>> seen = new HashSet<>();

        for (int i = 0; i < 30; i++) {
            GradientPair found = GradientPair.of(site, python.expected("gradient"), 2, form);
            List<Integer> places = places(found.a().in(python.manager), rows);
            assertThat(places(found.b().in(python.manager).transpose(), columns)).isEqualTo(places);
            assertThat(places).doesNotHaveDuplicates();
            seen.add(places);
        }
        assertThat(seen).as("of the twelve pairs of places").hasSizeGreaterThan(6);
    }

    /** Rows of the first factor and of the second, or columns where that is B. */
    private NDArray all(String first, String second) {
        NDArray one = python.expected("lora_ga.False." + first);
        NDArray two = python.expected("lora_ga.False." + second);
        return first.endsWith("b") ? one.concat(two, 1).transpose() : one.concat(two);
    }

    /** Which of these rows each one is, up to its sign. */
    private static List<Integer> places(NDArray found, NDArray rows) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < found.getShape().get(0); i++) {
            for (int k = 0; k < rows.getShape().get(0); k++) {
                NDArray one = found.get(i).abs();
                if (one.sub(rows.get(k).abs()).norm().getFloat() < 1e-4f) {
                    places.add(k);
                }
            }
        }
        assertThat(places).hasSize((int) found.getShape().get(0));
        return places;
    }
}
