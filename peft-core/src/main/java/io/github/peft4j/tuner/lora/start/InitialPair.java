package io.github.peft4j.tuner.lora.start;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.tuner.InitialValue;
import org.jspecify.annotations.Nullable;

/** Initial values of A and B, which an initializer makes together when the first is needed. */
public final class InitialPair {

    private final LoraInitializer initializer;
    private final StartLayer layer;
    private final int rank;
    private LoraInitializer.@Nullable Pair made;

    /**
     * Nothing is made yet.
     *
     * @throws IllegalArgumentException if the initializer cannot begin at this layer
     */
    public InitialPair(LoraInitializer initializer, StartLayer layer) {
        initializer.requireLayer(layer);
        this.initializer = initializer;
        this.layer = layer;
        rank = initializer.rank(layer);
    }

    /** Rows of A and columns of B. */
    public int rank() {
        return rank;
    }

    /** A, [rank, in]. */
    public InitialValue a() {
        return InitialValue.of(new Shape(rank, layer.in()), manager -> pair(manager).a());
    }

    /** B, [out, rank]. */
    public InitialValue b() {
        return InitialValue.of(
                new Shape(layer.out(), rank),
                manager -> {
                    NDArray b = pair(manager).b();
                    made = null;
                    return b;
                });
    }

    private LoraInitializer.Pair pair(NDManager manager) {
        if (made == null) {
            made = initializer.create(manager, layer);
        }
        return made;
    }
}
