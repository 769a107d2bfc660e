package io.github.peft4j.tuner.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.tuner.InitialValue;
import org.jspecify.annotations.Nullable;

/** Initial values of A and B, which an initializer makes together when the first is needed. */
public final class InitialPair {

    private final LoraInitializer initializer;
    private final long in;
    private final long out;
    private final int rank;
    private LoraInitializer.@Nullable Pair made;

    /**
     * Nothing is made yet.
     *
     * @throws IllegalArgumentException if the initializer cannot make this rank
     */
    public InitialPair(LoraInitializer initializer, long in, long out, int rank) {
        initializer.requireRank(rank);
        this.initializer = initializer;
        this.in = in;
        this.out = out;
        this.rank = rank;
    }

    /** A, [rank, in]. */
    public InitialValue a() {
        return InitialValue.of(new Shape(rank, in), manager -> pair(manager).a());
    }

    /** B, [out, rank]. */
    public InitialValue b() {
        return InitialValue.of(
                new Shape(out, rank),
                manager -> {
                    NDArray b = pair(manager).b();
                    made = null;
                    return b;
                });
    }

    private LoraInitializer.Pair pair(NDManager manager) {
        if (made == null) {
            made = initializer.create(manager, in, out, rank);
        }
        return made;
    }
}
