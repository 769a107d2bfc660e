package io.github.peft4j.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tensors that lie one after the other in one memory are as good as those of their own. */
class OneMemoryTest {

    private final NDManager manager = Engines.newManager();

    @AfterEach
    void close() {
        manager.close();
    }

    private Map<String, NDArray> shared() {
        Map<String, NDArray> given = new LinkedHashMap<>();
        given.put("a", manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3)));
        given.put("none", manager.create(new Shape(0, 3)));
        given.put("b", manager.create(new float[] {7, 8}));
        given.put("c", manager.create(9f));
        return TensorOps.inOneMemory(given);
    }

    @Test
    void keepsNumbersShapesAndOrder() {
        Map<String, NDArray> shared = shared();

        assertThat(shared.keySet()).containsExactly("a", "none", "b", "c");
        assertThat(shared.get("a").getShape()).isEqualTo(new Shape(2, 3));
        assertThat(shared.get("a").toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(shared.get("none").getShape()).isEqualTo(new Shape(0, 3));
        assertThat(shared.get("b").toFloatArray()).containsExactly(7, 8);
        assertThat(shared.get("c").toFloatArray()).containsExactly(9);
        assertThat(shared.get("c").getShape()).isEqualTo(new Shape());
    }

    @Test
    void aChangeInPlaceReachesItsOwnTensorAlone() {
        Map<String, NDArray> shared = shared();
        try (Gradients off = Gradients.off()) {
            shared.get("b").muli(10);
        }

        assertThat(shared.get("a").toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(shared.get("b").toFloatArray()).containsExactly(70, 80);
        assertThat(shared.get("c").toFloatArray()).containsExactly(9);
    }

    @Test
    void oneMayGoWhileOthersStay() {
        Map<String, NDArray> shared = shared();
        shared.get("a").close();

        assertThat(shared.get("b").toFloatArray()).containsExactly(7, 8);
    }

    /** Training changes each between two passes, and the gradient of each is its own. */
    @Test
    void eachTrainsForItself() {
        Map<String, NDArray> shared = shared();
        NDArray a = shared.get("a");
        NDArray b = shared.get("b");
        a.setRequiresGradient(true);
        b.setRequiresGradient(true);
        for (int step = 0; step < 2; step++) {
            try (GradientCollector collector =
                    Engine.getEngine(Engines.PYTORCH).newGradientCollector()) {
                collector.backward(a.square().sum().add(b.square().sum()));
            }
            assertThat(a.getGradient().toFloatArray()).isEqualTo(doubled(a));
            assertThat(b.getGradient().toFloatArray()).isEqualTo(doubled(b));
            try (Gradients off = Gradients.off()) {
                a.subi(a.getGradient().mul(0.1));
                b.subi(b.getGradient().mul(0.1));
                a.getGradient().muli(0); // DJL sums gradients up
                b.getGradient().muli(0);
            }
        }
        assertThat(b.toFloatArray()[1]).isCloseTo(8 * 0.64f, Offset.offset(1e-5f));
    }

    private static float[] doubled(NDArray array) {
        try (Gradients off = Gradients.off()) {
            return array.mul(2).toFloatArray();
        }
    }
}
