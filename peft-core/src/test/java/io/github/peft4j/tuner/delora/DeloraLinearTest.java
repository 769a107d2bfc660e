package io.github.peft4j.tuner.delora;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.testkit.AdapterBench;
import io.github.peft4j.testkit.GradientCheck;
import io.github.peft4j.tuner.InputDropout;
import org.junit.jupiter.api.Test;

/** Layers of 2 inputs and 2 outputs; worked by hand. */
class DeloraLinearTest {

    private static final Shape SQUARE = new Shape(2, 2);

    @Test
    void dividesEachTermByItsLengthsAndAllByTheRank() {
        try (AdapterBench bench = new AdapterBench()) {
            DeloraLinear delora =
                    new DeloraLinear(
                            bench.trained(SQUARE, 3, 4, 0, 1),
                            bench.trained(SQUARE, 6, 0, 8, 2),
                            bench.trained(new Shape(1), 100),
                            bench.frozen(new Shape(2), 2, 3),
                            InputDropout.NONE);
            Linear layer = bench.linear(2, 2);

            // 100 / (2 5 10) = 1 and 100 / (2 1 2) = 25: B Ξ A = [18 24; 24 82], with n [36 72; 48
            // 246]
            bench.assertAdds(delora, layer, bench.array(new Shape(1, 2), 1, 10), 756, 2508);
        }
    }

    @Test
    void takesNoLengthForLessThanItsBound() {
        try (AdapterBench bench = new AdapterBench()) {
            Parameter lambda = bench.trained(new Shape(1), 3);
            Parameter norms = bench.frozen(new Shape(2), 1, 1);
            Linear layer = bench.linear(2, 2);
            NDArray x = bench.array(new Shape(1, 2), 1, 2);

            // a: 3 / (1e-4 1) 1e-5 = 0.3; b: 3 / (1 1e-4) 1e-5 = 0.3
            DeloraLinear shortA =
                    new DeloraLinear(
                            bench.trained(new Shape(1, 2), 1e-5, 0),
                            bench.trained(new Shape(2, 1), 0, 1),
                            lambda,
                            norms,
                            InputDropout.NONE);
            bench.assertAdds(shortA, layer, x, 0, 0.3);
            DeloraLinear shortB =
                    new DeloraLinear(
                            bench.trained(new Shape(1, 2), 0, 1),
                            bench.trained(new Shape(2, 1), 1e-5, 0),
                            lambda,
                            norms,
                            InputDropout.NONE);
            bench.assertAdds(shortB, layer, x, 0.6, 0);
        }
    }

    @Test
    void dropsFeaturesOfItsInputInTrainingAlone() {
        try (AdapterBench bench = new AdapterBench()) {
            DeloraLinear delora =
                    new DeloraLinear(
                            bench.trained(new Shape(1, 2), 1, 0),
                            bench.trained(new Shape(2, 1), 1, 0),
                            bench.trained(new Shape(1), 1),
                            bench.frozen(new Shape(2), 1, 1),
                            new InputDropout("module_dropout", 0.5));
            Linear layer = bench.linear(2, 2);
            NDArray x = bench.manager().ones(new Shape(64, 2));

            NDArray trained = layer.forward(bench.pass(layer, delora, 1, true), x);
            NDArray predicted = layer.forward(bench.pass(layer, delora, 1, false), x);

            assertThat(trained.get(":, 0").toFloatArray()).contains(100, 102);
            assertThat(predicted.get(":, 0").toFloatArray()).containsOnly(101);
            assertThat(delora.needsActivation())
                    .isEqualTo("module_dropout = 0.5 acts on the layer's input");
        }
    }

    @Test
    void hasAGradientThroughItsLengths() {
        try (AdapterBench bench = new AdapterBench()) {
            NDArray norms = GradientCheck.numbers(bench.manager(), 3);
            NDArray[] numbers = {
                GradientCheck.numbers(bench.manager(), 2, 3),
                GradientCheck.numbers(bench.manager(), 4, 2),
                GradientCheck.numbers(bench.manager(), 1)
            };

            GradientCheck.check(a -> DeltaOps.deloraA(a[0], a[1], a[2], norms), numbers);
        }
    }
}
