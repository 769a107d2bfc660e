package io.github.peft4j.tuner.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;

/**
 * Start values of LoRA's A and B.
 *
 * <p>Values are drawn from LibTorch's generator, so {@code Engine.setRandomSeed} fixes them.
 */
@FunctionalInterface
public interface LoraInitializer {

    /**
     * Makes the pair.
     *
     * @param manager where both live
     * @param in columns of A: features that go into the layer, or rows of an embedding
     * @param out rows of B: features that come out
     * @param rank rows of A and columns of B
     */
    Pair create(NDManager manager, long in, long out, int rank);

    /**
     * Refuses a rank that this start cannot make, before anything is made.
     *
     * @throws IllegalArgumentException with the cure
     */
    default void requireRank(int rank) {}

    /**
     * A and B of one layer, float32.
     *
     * @param a [rank, in]
     * @param b [out, rank]
     */
    record Pair(NDArray a, NDArray b) {}

    /**
     * PEFT's default, {@code init_lora_weights = true}: A uniform within ±1/√in (Kaiming with a =
     * √5), B zero, so that the adapter starts as the identity.
     */
    static LoraInitializer kaiming() {
        return (manager, in, out, rank) ->
                new Pair(uniform(manager, rank, in), manager.zeros(new Shape(out, rank)));
    }

    /**
     * {@code init_lora_weights = false}: A uniform within ±1/√in, B uniform within ±1/√rank. The
     * adapter does not start as the identity; meant for tests.
     */
    static LoraInitializer random() {
        return (manager, in, out, rank) ->
                new Pair(uniform(manager, rank, in), uniform(manager, out, rank));
    }

    /** {@code "gaussian"}: A normal with standard deviation 1/rank, B zero. */
    static LoraInitializer gaussian() {
        return (manager, in, out, rank) -> normal(1.0 / rank).create(manager, in, out, rank);
    }

    /**
     * A normal with this standard deviation, B zero; 1 is the start of the original LoRA tutorials.
     *
     * @throws IllegalArgumentException if std is not positive
     */
    static LoraInitializer normal(double std) {
        Preconditions.checkArgument(
                std > 0 && Double.isFinite(std),
                "The standard deviation is %s; it must be positive.",
                std);
        return (manager, in, out, rank) ->
                new Pair(
                        manager.randomNormal(
                                0f, (float) std, new Shape(rank, in), DataType.FLOAT32),
                        manager.zeros(new Shape(out, rank)));
    }

    /**
     * {@code "orthogonal"}: A and B are random but start with B A = 0, because their factors take
     * turns in the rows of an orthogonal matrix. With Q from the QR decomposition of a random rank
     * x rank matrix, and N1 and N2 standard normal: A = Q0^T N1 / 10 with the rows 0, 2, ... of Q,
     * and B = N2 Q1 / 10 with the rows 1, 3, ...
     *
     * @throws IllegalArgumentException if the rank is odd
     */
    static LoraInitializer orthogonal() {
        return new OrthogonalInitializer();
    }

    /** PEFT's start for embeddings: A zero, B standard normal. */
    static LoraInitializer embedding() {
        return (manager, in, out, rank) ->
                new Pair(
                        manager.zeros(new Shape(rank, in)),
                        manager.randomNormal(new Shape(out, rank)));
    }

    /** {@code init_lora_weights = false} on an embedding: A and B standard normal. */
    static LoraInitializer randomEmbedding() {
        return (manager, in, out, rank) ->
                new Pair(
                        manager.randomNormal(new Shape(rank, in)),
                        manager.randomNormal(new Shape(out, rank)));
    }

    private static NDArray uniform(NDManager manager, long rows, long columns) {
        float bound = (float) (1 / Math.sqrt((double) columns));
        return manager.randomUniform(-bound, bound, new Shape(rows, columns));
    }
}
