package io.github.peft4j.tuner.vblora;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModels;
import io.github.peft4j.testkit.AdapterBench;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.tuner.InputDropout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every number worked by hand. */
class VBLoRALinearTest {

    private static final double FAR = -99;

    private final AdapterBench bench = new AdapterBench();

    @AfterEach
    void close() {
        bench.close();
    }

    private VBLoRALinear vblora(Parameter a, Parameter b, Parameter bank, int topk) {
        return new VBLoRALinear(new VBLoRATensors(a, b, bank, topk, false), InputDropout.NONE);
    }

    /** A = [7.75, 55], B = [5.5, 50.5]. */
    @Test
    void weighsTheVectorsWithTheLargestLogits() {
        VBLoRALinear vblora =
                vblora(
                        bench.trained(new Shape(1, 2, 3), 0, Math.log(3), FAR, FAR, 7, 7),
                        bench.trained(new Shape(2, 1, 3), 0, 0, FAR, 2, FAR, 2),
                        bench.trained(new Shape(3, 1), 1, 10, 100),
                        2);

        // x A^T = 70.5
        bench.assertAdds(
                vblora, bench.linear(2, 2), bench.array(new Shape(1, 2), 2, 1), 387.75, 3560.25);
    }

    /** A = [[1, 2, 3, 4], [3, 4, 3, 4]], B = [[3, 1], [4, 2]]: parts of B stand upright. */
    @Test
    void laysPartsAlongInputsAndOutputs() {
        VBLoRALinear vblora =
                vblora(
                        bench.trained(new Shape(2, 2, 2), 1, 0, 0, 1, 0, 1, 0, 1),
                        bench.trained(new Shape(1, 2, 2), 0, 1, 1, 0),
                        bench.trained(new Shape(2, 2), 1, 2, 3, 4),
                        1);

        // x A^T = [1 + 2 * 3, 3 + 2 * 3] = [7, 9]
        bench.assertAdds(
                vblora, bench.linear(4, 2), bench.array(new Shape(1, 4), 1, 0, 2, 0), 30, 46);
    }

    @Test
    void refusesToChooseMoreVectorsThanThereAre() {
        VBLoRALinear vblora =
                vblora(
                        bench.trained(new Shape(1, 1, 2), 0, 0),
                        bench.trained(new Shape(1, 1, 2), 0, 0),
                        bench.trained(new Shape(2, 1), 1, 2),
                        3);

        assertThatThrownBy(
                        () ->
                                bench.forward(
                                        bench.linear(1, 1),
                                        vblora,
                                        bench.array(new Shape(1, 1), 1),
                                        1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("topk is 3, but there are only 2 vectors");
    }

    @Test
    void refusesALengthThatDoesNotDivide() {
        VBLoRAConfig config =
                VBLoRAConfig.builder().optTargetModules("up").optVectorLength(4).build();
        try (ToyModel toy = ToyModel.ours()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> PeftModels.getPeftModel(toy.base().block(), config))
                    .withMessageStartingWith(
                            "vector_length is 4, which does not divide the 6 inputs of up.");
        }
    }
}
