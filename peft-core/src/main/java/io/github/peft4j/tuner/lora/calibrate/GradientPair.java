package io.github.peft4j.tuner.lora.calibrate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.ops.Decompositions;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.start.LoraInitializer;
import io.github.peft4j.tuner.lora.start.StartLayer;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * A and B from the gradient of a weight: right and left singular vectors of the gradient, as many
 * of each as the rank, and of different singular values.
 *
 * @param a [r, in]
 * @param b [out, r]
 * @param dividedByScale whether both are divided by the layer's scale s
 */
record GradientPair(Matrix a, Matrix b, boolean dividedByScale) implements FoundPairs.Found {

    private static final int ROUNDS = 4;

    /** The places of A's rows and of B's columns among the first 2 r parts. */
    private static final class Places {
        private final long[] a;
        private final long[] b;

        Places(long[] a, long[] b) {
            this.a = a;
            this.b = b;
        }
    }

    /** Chooses the places for a rank; the manager is there to draw with. */
    @FunctionalInterface
    private interface Direction {
        Places choose(int rank, NDManager manager);
    }

    private static final ImmutableMap<String, Direction> DIRECTIONS =
            ImmutableMap.of(
                    "ArBr", (rank, manager) -> new Places(odd(rank), even(rank)),
                    "A2rBr", (rank, manager) -> new Places(second(rank), first(rank)),
                    "ArB2r", (rank, manager) -> new Places(first(rank), second(rank)),
                    "random", GradientPair::drawn);

    private static long[] first(int rank) {
        return LongStream.range(0, rank).toArray();
    }

    private static long[] second(int rank) {
        return LongStream.range(rank, 2L * rank).toArray();
    }

    private static long[] even(int rank) {
        return LongStream.range(0, rank).map(i -> 2 * i).toArray();
    }

    private static long[] odd(int rank) {
        return LongStream.range(0, rank).map(i -> 2 * i + 1).toArray();
    }

    /** The same for both; drawn for each layer, with the engine's seed. */
    private static Places drawn(int rank, NDManager manager) {
        NDArray order = manager.randomUniform(0, 1, new Shape(2L * rank)).argSort();
        long[] places = Arrays.copyOf(order.toLongArray(), rank);
        return new Places(places, places);
    }

    /** What B is multiplied by. */
    @FunctionalInterface
    private interface Factor {
        double of(LayerSite site, double largestOfB, int rank, double gamma);
    }

    /** How the pair is scaled; the layer's scale s is known only when it is used. */
    private record Scale(Factor factor, boolean dividedByScale) {}

    private static final ImmutableMap<String, Scale> SCALES =
            ImmutableMap.of(
                    "stable", new Scale(GradientPair::stable, false),
                    "weight_svd", new Scale(GradientPair::asLargeAsTheWeight, false),
                    "gd_scale", new Scale((site, largest, rank, gamma) -> 1, true),
                    "unit", new Scale((site, largest, rank, gamma) -> 1, false));

    /** As in PEFT by the rows of the weight as it is stored, which are inputs in GPT-2. */
    private static double stable(LayerSite site, double largest, int rank, double gamma) {
        return Math.pow((double) site.requireWeight().getShape().get(0), 0.25) / Math.sqrt(gamma);
    }

    private static double asLargeAsTheWeight(
            LayerSite site, double largest, int rank, double gamma) {
        if (largest == 0) {
            return 1;
        }
        try (NDManager scratch = Engines.newManager()) {
            return lowRank(Weights.of(site, scratch), rank).get(1).getFloat(0) / largest;
        }
    }

    /**
     * The options of {@code lora_ga_config}.
     *
     * @param direction which singular vectors A and B take
     * @param scale how B is scaled
     * @param gamma gamma of the stable scale
     */
    record Form(String direction, String scale, double gamma) {

        Form {
            Preconditions.checkArgument(
                    DIRECTIONS.containsKey(direction),
                    "lora_ga_config.direction is %s; it must be one of %s.",
                    direction,
                    DIRECTIONS.keySet());
            Preconditions.checkArgument(
                    SCALES.containsKey(scale),
                    "lora_ga_config.scale is %s; it must be one of %s.",
                    scale,
                    SCALES.keySet());
        }

        static Form of(LoraConfig config) {
            Map<String, ?> options = config.loraGaConfig();
            return new Form(
                    Settings.text(options, "direction", "ArB2r"),
                    Settings.text(options, "scale", "stable"),
                    Settings.number(options, "stable_gamma", 16));
        }
    }

    /** The pair of a layer whose weight has this gradient [out, in]. */
    static GradientPair of(LayerSite site, NDArray gradient, int rank, Form form) {
        Shape shape = gradient.getShape();
        long least = Math.min(shape.get(0), shape.get(1));
        Preconditions.checkArgument(
                2L * rank <= least,
                "r is %s, but at %s, a layer %s, LoRA-GA needs twice as many singular vectors, so r"
                        + " must be at most %s. Choose a smaller r.",
                rank,
                site.path(),
                shape,
                least / 2);
        NDManager scratch = gradient.getManager();
        NDList usv = lowRank(gradient, Math.min(4L * rank, least));
        Places chosen = require(DIRECTIONS, form.direction()).choose(rank, scratch);
        NDArray rows = scratch.create(chosen.a);
        long[] columns = chosen.b;
        NDArray places = scratch.create(columns);
        float[] all = usv.get(1).toFloatArray();
        float[] sizes = new float[rank];
        for (int i = 0; i < rank; i++) {
            sizes[i] = all[(int) columns[i]];
        }
        NDArray b = Ops.select(usv.get(0), 1, places).mul(scratch.create(sizes));
        Scale scale = require(SCALES, form.scale());
        double factor = scale.factor().of(site, sizes[0], rank, form.gamma());
        return new GradientPair(
                Matrix.of(Ops.select(usv.get(2), 0, rows)),
                Matrix.of(Ops.scale(b, factor)),
                scale.dividedByScale());
    }

    private static NDList lowRank(NDArray matrix, long parts) {
        Shape shape = matrix.getShape();
        Shape test = new Shape(Math.min(shape.get(0), shape.get(1)), parts);
        return Decompositions.svdLowRank(matrix, matrix.getManager().randomNormal(test), ROUNDS);
    }

    private static <T> T require(ImmutableMap<String, T> map, String key) {
        T value = map.get(key);
        if (value == null) {
            throw new IllegalStateException(key);
        }
        return value;
    }

    @Override
    public LoraInitializer.Pair at(NDManager manager, StartLayer layer) {
        NDArray left = a.in(manager);
        NDArray right = b.in(manager);
        return dividedByScale
                ? new LoraInitializer.Pair(
                        Ops.scale(left, 1 / layer.scaling()), Ops.scale(right, 1 / layer.scaling()))
                : new LoraInitializer.Pair(left, right);
    }
}
