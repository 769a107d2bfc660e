package io.github.peft4j.tuner.lora.start;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import io.github.peft4j.ops.TensorOps;

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
     * Makes the pair for a layer whose weight, name and scale the start may look at; one that needs
     * neither leaves this as it is.
     *
     * @param manager where both live
     */
    default Pair create(NDManager manager, StartLayer layer) {
        return create(manager, layer.in(), layer.out(), rank(layer));
    }

    /** Rows of A and columns of B at a layer: fewer than configured where there are no more. */
    default int rank(StartLayer layer) {
        return layer.rank();
    }

    /**
     * Refuses a rank that this start cannot make, before anything is made.
     *
     * @throws IllegalArgumentException with the cure
     */
    default void requireRank(int rank) {}

    /**
     * Refuses a layer that this start cannot begin at, before anything is made.
     *
     * @throws IllegalArgumentException with the cure
     */
    default void requireLayer(StartLayer layer) {
        requireRank(layer.rank());
    }

    /** What of the base is in the pair and must not count twice. */
    default BaseShare baseShare() {
        return BaseShare.NONE;
    }

    /** Whether B trains; if not, it stays what the start has made. */
    default boolean trainsB() {
        return true;
    }

    /**
     * A and B of one layer, float32.
     *
     * @param a [rank, in]
     * @param b [out, rank]
     */
    record Pair(NDArray a, NDArray b) {

        /** A and B out of a list, moved into a manager. */
        public static Pair in(NDManager manager, NDList pair) {
            NDArray a = TensorOps.detached(pair.get(0));
            NDArray b = TensorOps.detached(pair.get(1));
            a.attach(manager);
            b.attach(manager);
            return new Pair(a, b);
        }
    }

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

    /**
     * {@code "pissa"}: A and B are the r largest parts of the weight's singular value
     * decomposition; the rest stays frozen.
     */
    static LoraInitializer pissa() {
        return new PissaInitializer();
    }

    /**
     * {@code "pissa_niter_N"}: the same from a randomised decomposition, which takes seconds where
     * the exact one takes minutes.
     *
     * @param rounds N, how often its range is refined; PEFT's documentation suggests 16
     */
    static LoraInitializer pissa(int rounds) {
        return new FastPissaInitializer(rounds);
    }

    /**
     * {@code "olora"}: A and B are the first r rows and columns of the weight's QR decomposition;
     * the rest stays frozen.
     */
    static LoraInitializer olora() {
        return new OloraInitializer();
    }

    /**
     * {@code "mica"}: A zero, B the r left singular vectors of the weight's smallest singular
     * values. Only A trains.
     */
    static LoraInitializer mica() {
        return new MicaInitializer();
    }

    /**
     * The place of a start that data must give: an adapter that was saved with its start loads, and
     * nothing else begins so.
     *
     * @param name its value of {@code init_lora_weights}
     */
    static LoraInitializer uncalibrated(String name) {
        return new UncalibratedInitializer(name);
    }

    /**
     * {@code "lora_ga"} where no gradients were gathered: as in PEFT the plain start, and the base
     * stays whole.
     */
    static LoraInitializer withoutGradients() {
        return new NoGradientsInitializer();
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
