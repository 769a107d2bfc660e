package io.github.peft4j.tuner.lora.dora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.tuner.InputDropout;
import io.github.peft4j.tuner.lora.layer.LoraTensors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** in = 2, out = 2, r = 1; every number worked by hand. */
class DoraLinearTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Gradients off = Gradients.off();

    private final NDArray w = array(new Shape(2, 2), 1, 2, 0, 6);
    private final Parameter a = parameter(new Shape(1, 2), 1, 1);
    private final Parameter b = parameter(new Shape(2, 1), 1, 4);
    // s = 0.5 for rows: W + s B A = [1.5, 2.5], [2, 8]
    private final Parameter m = parameter(new Shape(2), 3, 2);
    private final NDArray x = array(new Shape(1, 2), 1, 10);
    private final NDArray bias = array(new Shape(2), 100, 200);

    @AfterEach
    void close() {
        off.close();
        manager.close();
    }

    private NDArray array(Shape shape, double... numbers) {
        return Tensors.of(manager, shape, numbers);
    }

    private Parameter parameter(Shape shape, double... numbers) {
        return Tensors.parameter(manager, true, shape, numbers);
    }

    private DoraLinear dora(double dropout) {
        LoraTensors lora =
                new LoraTensors(a, b, null, 0.5, new InputDropout("lora_dropout", dropout));
        return new DoraLinear(lora, new Magnitude(m, a, b));
    }

    private BaseLayer base(boolean withBias) {
        return new BaseLayer() {
            @Override
            public NDArray forward(NDArray input) {
                NDArray y = input.matMul(w.transpose());
                return withBias ? y.add(bias) : y;
            }

            @Override
            public NDArray weight() {
                return w;
            }

            @Override
            public @Nullable NDArray bias() {
                return withBias ? bias : null;
            }
        };
    }

    private static final double FIRST = 3 / Math.sqrt(1.5 * 1.5 + 2.5 * 2.5);
    private static final double SECOND = 2 / Math.sqrt(4 + 64);

    @Test
    void givesRowsTheirLengthsAndLeavesTheBias() {
        for (boolean training : new boolean[] {false, true}) {
            AdapterPass pass = AdapterPass.bare(manager, training);
            NDArray plain = dora(0).forward(x, base(false), pass);
            NDArray shifted = dora(0).forward(x, base(true), pass);

            // x (W + s B A)^T = [26.5, 82]
            Tensors.assertClose(
                    plain, array(new Shape(1, 2), FIRST * 26.5, SECOND * 82), 1e-6, "without bias");
            Tensors.assertClose(
                    shifted,
                    array(new Shape(1, 2), 100 + FIRST * 26.5, 200 + SECOND * 82),
                    1e-6,
                    "with bias");
        }
    }

    @Test
    void changesTheWeightAlike() {
        AdapterPass pass = AdapterPass.bare(manager, false);

        Tensors.assertClose(
                dora(0).weight(w, w, pass),
                array(new Shape(2, 2), FIRST * 1.5, FIRST * 2.5, SECOND * 2, SECOND * 8),
                1e-6,
                "weight");
    }

    /** Above another adapter the lengths stay those of the frozen weight. */
    @Test
    void takesLengthsOfTheFrozenWeightAlone() {
        AdapterPass pass = AdapterPass.bare(manager, false);
        NDArray current = array(new Shape(2, 2), 11, 2, 0, 6);

        Tensors.assertClose(
                dora(0).weight(current, w, pass),
                array(new Shape(2, 2), FIRST * 11.5, FIRST * 2.5, SECOND * 2, SECOND * 8),
                1e-6,
                "weight over another adapter");
    }

    /** With dropout the layer's own output stays, and what is scaled sees the dropped input. */
    @Test
    void dropsWhatItScales() {
        NDArray ones = manager.ones(new Shape(1, 2));
        AdapterPass pass = AdapterPass.bare(manager, true);
        boolean[] seen = new boolean[4];
        for (int i = 0; i < 200; i++) {
            float[] y = dora(0.5).forward(ones, base(true), pass).toFloatArray();
            boolean found = false;
            for (int drawn = 0; drawn < 4; drawn++) {
                double left = drawn % 2 * 2;
                double right = drawn / 2 * 2;
                double own = left + 2 * right;
                double change = 0.5 * (left + right);
                double expected = 103 + (FIRST - 1) * own + FIRST * change;
                if (Math.abs(y[0] - expected) < 1e-3) {
                    seen[drawn] = true;
                    found = true;
                    assertThat((double) y[1])
                            .isCloseTo(
                                    206 + (SECOND - 1) * 6 * right + SECOND * 4 * change,
                                    within(1e-3));
                }
            }
            assertThat(found).as("%s", y[0]).isTrue();
        }
        assertThat(seen).containsOnly(true);
    }

    /** The lengths pass no gradient: that of B is as if they were numbers. */
    @Test
    void holdsTheLengthsConstant() {
        try (Gradients on = Gradients.on()) {
            AdapterPass pass = AdapterPass.bare(manager, true);
            NDArray y = dora(0).forward(x, base(true), pass);
            Gradients.backward(y.sum());
            // d y / d B = g s x A^T
            Tensors.assertClose(
                    b.getArray().getGradient(),
                    array(new Shape(2, 1), FIRST * 0.5 * 11, SECOND * 0.5 * 11),
                    1e-6,
                    "gradient of B");
            // d y / d m = x (W + s B A)^T / |W + s B A|
            Tensors.assertClose(
                    m.getArray().getGradient(),
                    array(new Shape(2), FIRST / 3 * 26.5, SECOND / 2 * 82),
                    1e-6,
                    "gradient of m");
        }
    }
}
