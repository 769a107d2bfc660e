package io.github.peft4j.tuner.adalora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.Shape;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.testkit.AdapterBench;
import io.github.peft4j.tuner.InputDropout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** in = 3, out = 2, r = 2; every number worked by hand. */
class AdaLoraLinearTest {

    private final AdapterBench bench = new AdapterBench();

    private final AdaLoraTensors tensors =
            new AdaLoraTensors(
                    bench.trained(new Shape(2, 3), 1, 2, 3, 0, 1, 0),
                    bench.trained(new Shape(2, 1), 0.5, -2),
                    bench.trained(new Shape(2, 2), 10, 1, -1, 3),
                    bench.frozen(new Shape(1), 4 - 1e-5));

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void weighsEachRankByItsValue() {
        AdaLoraLinear adalora = new AdaLoraLinear(tensors, 8, InputDropout.NONE);

        // A x = [9, 1], E: [4.5, -2], B: [43, -10.5], over 4 and by 8
        bench.assertAdds(
                adalora, bench.linear(3, 2), bench.array(new Shape(1, 3), 1, 1, 2), 86, -21);
    }

    /** A A^T - I = [[13, 2], [2, 0]], B^T B - I = [[100, 7], [7, 9]]. */
    @Test
    void penalizesVectorsThatAreNotOrthonormal() {
        Linear layer = bench.linear(3, 2);
        AdapterPass pass =
                bench.pass(layer, new AdaLoraLinear(tensors, 1, InputDropout.NONE), 1, true);
        double a = Math.sqrt(13 * 13 + 4 + 4);
        double b = Math.sqrt(100 * 100 + 49 + 49 + 81);

        OrthogonalPenalty one = new OrthogonalPenalty(List.of(tensors), 0.5);
        OrthogonalPenalty two = new OrthogonalPenalty(List.of(tensors, tensors), 3);

        assertThat(one.penalty(pass).getFloat())
                .isCloseTo((float) (0.5 * (a + b) / 2), within(1e-4f));
        assertThat(two.penalty(pass).getFloat())
                .isCloseTo((float) (3 * (a + b) / 2), within(1e-3f));
    }

    @Test
    void anAdapterForPredictionHasNoLoss() {
        AdapterPass pass =
                bench.pass(
                        bench.linear(3, 2),
                        new AdaLoraLinear(tensors, 1, InputDropout.NONE),
                        1,
                        false);

        assertThatThrownBy(() -> new NoLoss().penalty(pass))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("for prediction (inference_mode of adapter_config.json)")
                .hasMessageContaining("optTrainable(true)");
    }
}
