package io.github.peft4j.task.train.optim;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.base.Splitter;
import io.github.peft4j.engine.Gradients;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class GradientClippingTest {

    /** Clips as {@code clip_grad_norm_}; clipping/make.py made the file. */
    @ParameterizedTest
    @CsvFileSource(resources = "/clipping/clip_grad_norm.csv", numLinesToSkip = 1)
    void clipsAsTorchDoes(double maxNorm, double norm, String before, String after) {
        float[] gradients = numbers(before);
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray matrix =
                    manager.create(
                                    new float[] {
                                        gradients[0], gradients[1], gradients[2], gradients[3]
                                    })
                            .reshape(2, 2);
            NDArray vector = manager.create(new float[] {gradients[4], gradients[5], gradients[6]});
            Parameter first = withGradient(manager, matrix);
            Parameter second = withGradient(manager, vector);

            double ours = GradientClipping.clip(List.of(first, second), maxNorm);

            assertThat(ours).isCloseTo(norm, Offset.offset(1e-6 * norm));
            float[] clipped = numbers(after);
            for (int i = 0; i < clipped.length; i++) {
                Parameter parameter = i < 4 ? first : second;
                try (NDArray gradient = parameter.getArray().getGradient()) {
                    float value = gradient.toFloatArray()[i < 4 ? i : i - 4];
                    assertThat(value)
                            .as("gradient %d", i)
                            .isCloseTo(clipped[i], Offset.offset(1e-6f * Math.abs(clipped[i])));
                }
            }
        }
    }

    private static float[] numbers(String text) {
        List<String> parts = Splitter.on(' ').splitToList(text);
        float[] numbers = new float[parts.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Float.parseFloat(parts.get(i));
        }
        return numbers;
    }

    private static Parameter withGradient(NDManager manager, NDArray gradient) {
        Parameter parameter =
                Parameter.builder().setName("weight").setType(Parameter.Type.WEIGHT).build();
        parameter.setArray(manager.zeros(new Shape(gradient.getShape().getShape())));
        parameter.freeze(false);
        try (Gradients on = Gradients.on()) {
            Gradients.backward(parameter.getArray().mul(gradient).sum());
        }
        return parameter;
    }
}
