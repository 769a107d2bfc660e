package io.github.peft4j.transformers.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.KeyValueCache.KeyValues;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DynamicCacheTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Gradients off = Gradients.off();

    @AfterEach
    void close() {
        off.close();
        manager.close();
    }

    @Test
    void givesEarlierAndNewPositions() {
        DynamicCache cache = new DynamicCache(manager, 3);

        KeyValues first = cache.update(0, rows(1, 2), rows(-1, -2));
        assertThat(first.keys().toFloatArray()).containsExactly(1, 2);
        assertThat(cache.length()).isEqualTo(2);

        KeyValues second = cache.update(0, rows(3), rows(-3));
        assertThat(second.keys().toFloatArray()).containsExactly(1, 2, 3);
        assertThat(second.values().toFloatArray()).containsExactly(-1, -2, -3);
    }

    @Test
    void makesRoomForMorePositionsThanWereTold() {
        DynamicCache cache = new DynamicCache(manager, 1);

        cache.update(0, rows(1, 2), rows(-1, -2)); // a prompt method's own positions
        cache.update(0, rows(3), rows(-3));
        KeyValues all = cache.update(0, rows(4), rows(-4));

        assertThat(all.keys().toFloatArray()).containsExactly(1, 2, 3, 4);
        assertThat(all.values().toFloatArray()).containsExactly(-1, -2, -3, -4);
    }

    @Test
    void keepsANumberOfEachRowWhileRowsChangePlaces() {
        DynamicCache cache = new DynamicCache(manager, 2);
        cache.rowFact("start", () -> manager.create(new long[] {3, 7}));

        cache.repeat(manager.create(new long[] {1, 1, 0}));

        assertThat(
                        cache.rowFact(
                                        "start",
                                        () -> {
                                            throw new AssertionError("known already");
                                        })
                                .toLongArray())
                .containsExactly(7, 7, 3);
    }

    @Test
    void reordersTheTextAndLeavesWhatAnEncoderGave() {
        DynamicCache cache = new DynamicCache(manager, 2);
        cache.update(0, batch(1, 2), batch(-1, -2));
        cache.cross(0, () -> new KeyValues(batch(8, 9), batch(8, 9)));

        cache.reorder(manager.create(new long[] {1, 1}));

        KeyValues all = cache.update(0, batch(3, 4), batch(-3, -4));
        assertThat(all.keys().toFloatArray()).containsExactly(2, 3, 2, 4);
        assertThat(crossed(cache)).containsExactly(8, 9);
    }

    @Test
    void repeatsTheTextAndWhatAnEncoderGave() {
        DynamicCache cache = new DynamicCache(manager, 2);
        cache.update(0, batch(1, 2), batch(-1, -2));
        cache.cross(0, () -> new KeyValues(batch(8, 9), batch(8, 9)));

        cache.repeat(manager.create(new long[] {0, 0, 1, 1}));

        KeyValues all = cache.update(0, batch(3, 4, 5, 6), batch(3, 4, 5, 6));
        assertThat(all.keys().toFloatArray()).containsExactly(1, 3, 1, 4, 2, 5, 2, 6);
        assertThat(crossed(cache)).containsExactly(8, 8, 9, 9);
    }

    @Test
    void refusesNoRoomAndAGraph() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DynamicCache(manager, 0))
                .withMessageContaining("A cache for 0 positions holds nothing.");
        DynamicCache cache = new DynamicCache(manager, 2);
        try (Gradients on = Gradients.on()) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> cache.update(0, rows(1), rows(1)))
                    .withMessageContaining("Generate with gradients off.");
        }
    }

    private static float[] crossed(DynamicCache cache) {
        return cache.cross(
                        0,
                        () -> {
                            throw new AssertionError("computed twice");
                        })
                .keys()
                .toFloatArray();
    }

    private NDArray rows(float... values) {
        return manager.create(values, new Shape(1, values.length, 1));
    }

    private NDArray batch(float... values) {
        return manager.create(values, new Shape(values.length, 1, 1));
    }
}
