package io.github.peft4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.script.ScriptModule;
import io.github.peft4j.testkit.GradientCheck;
import io.github.peft4j.testkit.Tensors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinearCrossEntropyTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray numbers(long... shape) {
        return GradientCheck.numbers(manager, shape);
    }

    private NDArray labels() {
        return manager.create(new long[] {3, 0, 1});
    }

    @Test
    void hasTheGradientOfTheWholeSum() {
        NDArray w = numbers(4, 2);
        NDArray b = numbers(4);

        GradientCheck.check(a -> Ops.linearCrossEntropy(a[0], w, null, labels()), numbers(3, 2));
        GradientCheck.check(a -> Ops.linearCrossEntropy(a[0], w, b, labels()), numbers(3, 2));
    }

    @Test
    void isTheCrossEntropyOfTheScores() {
        NDArray h = numbers(3, 2);
        NDArray w = numbers(4, 2);
        NDArray b = numbers(4);

        for (NDArray bias : new NDArray[] {null, b}) {
            double whole =
                    Ops.crossEntropy(Ops.linear(h, w, bias), labels(), -100).toDoubleArray()[0];
            double parts = Ops.linearCrossEntropy(h, w, bias, labels()).toDoubleArray()[0];
            assertThat(parts).isCloseTo(whole, within(1e-12));
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 0", "2, 0.5", "5, 0", "7, 0.5"})
    void hasTheGradientHoweverManyRowsAreTakenAtOnce(long rows, double cap) {
        NDArray w = numbers(4, 3);
        NDArray b = numbers(4);
        NDArray labels = manager.create(new long[] {3, 0, 0, 2, 1});
        ScriptModule ops = ScriptModule.get();

        GradientCheck.check(
                a -> ops.call("linear_cross_entropy", a[0], w, labels, rows, cap, b),
                numbers(5, 3));
        GradientCheck.check(
                a -> ops.call("linear_cross_entropy", a[0], w, labels, rows, cap), numbers(5, 3));
    }

    @ParameterizedTest
    @CsvSource({"2, 0", "2, 0.5", "5, 0", "7, 0.5"})
    void isTheCrossEntropyHoweverManyRowsAreTakenAtOnce(long rows, double cap) {
        NDArray h = numbers(5, 3);
        NDArray w = numbers(4, 3);
        NDArray b = numbers(4);
        NDArray labels = manager.create(new long[] {3, 0, 0, 2, 1});
        NDArray raw = Ops.linear(h, w, b);
        NDArray scores = cap == 0 ? raw : Ops.scale(Ops.scale(raw, 1 / cap).tanh(), cap);
        double expected = Ops.crossEntropy(scores, labels, -100).toDoubleArray()[0];

        NDArray some = ScriptModule.get().call("linear_cross_entropy", h, w, labels, rows, cap, b);

        NDArray all = Ops.linearCrossEntropy(h, w, b, labels, cap);
        assertThat(some.toDoubleArray()[0]).isCloseTo(expected, within(1e-12));
        assertThat(all.toDoubleArray()[0]).isCloseTo(expected, within(1e-12));
    }

    /** So many classes that the rows are computed in two parts. */
    @Test
    void addsUpOverParts() {
        int rows = 40;
        int classes = 270_000;
        NDArray w = manager.randomNormal(new Shape(classes, 2));
        NDArray b = manager.randomNormal(new Shape(classes));
        long[] labels = new long[rows];
        for (int i = 0; i < rows; i++) {
            labels[i] = 6000L * i;
        }
        NDArray targets = manager.create(labels);
        NDArray values = manager.randomNormal(new Shape(rows, 2));

        NDArray whole = gradient(values, w, b, targets, false);
        NDArray parts = gradient(values, w, b, targets, true);

        Tensors.assertClose(parts, whole, 1e-4, "gradient");
    }

    private NDArray gradient(
            NDArray values, NDArray w, @Nullable NDArray b, NDArray labels, boolean parts) {
        NDArray h = TensorOps.detached(values);
        h.setRequiresGradient(true);
        try (NDManager scope = manager.newSubManager();
                Gradients on = Gradients.on()) {
            NDArray loss =
                    parts
                            ? Ops.linearCrossEntropy(h, w, b, labels)
                            : Ops.crossEntropy(Ops.linear(h, w, b), labels, -100);
            loss.attach(scope);
            Gradients.backward(loss);
            return h.getGradient();
        }
    }

    @Test
    void refusesAWeightOrBiasThatTrains() {
        NDArray h = numbers(3, 2);
        NDArray w = numbers(4, 2);
        NDArray b = numbers(4);
        b.setRequiresGradient(true);

        assertThatThrownBy(() -> Ops.linearCrossEntropy(h, w, b, labels()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The bias of linear cross entropy trains");
        w.setRequiresGradient(true);
        assertThatThrownBy(() -> Ops.linearCrossEntropy(h, w, null, labels()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The weight of linear cross entropy trains");
    }

    @Test
    void refusesABiasOfAnotherLength() {
        assertThatThrownBy(
                        () ->
                                Ops.linearCrossEntropy(
                                        numbers(3, 2), numbers(4, 2), numbers(3), labels()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bias of linear cross entropy is (3); it must be (4)");
    }
}
