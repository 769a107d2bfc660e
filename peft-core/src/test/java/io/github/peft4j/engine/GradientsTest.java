package io.github.peft4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.ops.Ops;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GradientsTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void scopesNestAndRestoreWhatTheyFound() {
        try (Gradients outer = Gradients.on()) {
            assertThat(Gradients.isOn()).isTrue();
            try (Gradients inner = Gradients.off()) {
                assertThat(Gradients.isOn()).isFalse();
                try (Gradients innermost = Gradients.set(true)) {
                    assertThat(Gradients.isOn()).isTrue();
                }
                assertThat(Gradients.isOn()).isFalse();
            }
            assertThat(Gradients.isOn()).isTrue();
        }
    }

    @Test
    void restoresAfterAnException() {
        try (Gradients outer = Gradients.on()) {
            assertThatThrownBy(
                            () -> {
                                try (Gradients off = Gradients.off()) {
                                    throw new IllegalStateException("inside");
                                }
                            })
                    .hasMessage("inside");

            assertThat(Gradients.isOn()).isTrue();
        }
    }

    @Test
    void leavesOtherThreadsAlone() throws Exception {
        try (Gradients off = Gradients.off()) {
            boolean there =
                    CompletableFuture.supplyAsync(
                                    () -> {
                                        try (Gradients on = Gradients.on()) {
                                            return Gradients.isOn();
                                        }
                                    })
                            .get();

            assertThat(there).isTrue();
            assertThat(Gradients.isOn()).isFalse();
        }
    }

    @Test
    void addsUpGradientsUntilTheyAreZeroed() {
        NDArray p = manager.ones(new Shape(2));
        p.setRequiresGradient(true);

        try (Gradients on = Gradients.on()) {
            Gradients.backward(Ops.scale(p, 3).sum());
            Gradients.backward(Ops.scale(p, 3).sum());
        }
        assertThat(p.getGradient().toFloatArray()).containsExactly(6, 6);

        Gradients.zero(p);
        assertThat(p.getGradient().toFloatArray()).containsExactly(0, 0);
    }

    @Test
    void refusesALossThatIsNoScalar() {
        assertThatThrownBy(() -> Gradients.backward(manager.ones(new Shape(2, 1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "backward needs a scalar loss, got shape (2, 1). Take the mean or the sum"
                                + " first.");
    }

    @Test
    void saysWhatToDoIfNothingIsTrained() {
        try (Gradients on = Gradients.on()) {
            assertThatThrownBy(() -> Gradients.backward(manager.ones(new Shape(1)).sum()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("The loss depends on no trained tensor.");
        }
    }

    @Test
    void saysWhatToDoIfNoGraphWasRecorded() {
        NDArray p = manager.ones(new Shape(1));
        p.setRequiresGradient(true);
        NDArray loss;
        try (Gradients off = Gradients.off()) {
            loss = Ops.scale(p, 2).sum();
        }

        assertThatThrownBy(() -> Gradients.backward(loss))
                .hasMessageContaining("record a graph (Gradients.on())");
    }
}
