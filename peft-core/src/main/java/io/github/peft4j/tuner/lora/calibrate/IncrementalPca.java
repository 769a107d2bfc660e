package io.github.peft4j.tuner.lora.calibrate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.ops.Decompositions;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.ops.statistics.Statistics;
import io.github.peft4j.random.TorchGenerator;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Principal components of rows that come in batches, in memory for the components alone: each batch
 * is decomposed together with the components so far.
 *
 * <p>The decomposition is randomised, with the numbers that PEFT draws (seed 42, twice as many
 * vectors as components, four rounds), so that the same batches give the same components.
 *
 * @see <a href="https://doi.org/10.1007/s11263-007-0075-7">Ross et al. 2008, section 3</a>
 */
final class IncrementalPca implements AutoCloseable {

    private static final long SEED = 42;
    private static final int ROUNDS = 4;

    private final NDManager manager = Engines.newManager();
    private final String path;
    private final int wanted;
    private long seen;
    private @Nullable NDArray components;
    private @Nullable NDArray values;
    private @Nullable NDArray mean;
    private @Nullable NDArray variance;
    private float[] ratios = {};
    private boolean[] converged;

    /** Looks for this many components of what goes into a layer. */
    IncrementalPca(String path, int wanted) {
        this.path = path;
        this.wanted = wanted;
        converged = new boolean[wanted];
    }

    /** Whether a batch was large enough so far. */
    boolean hasComponents() {
        return components != null;
    }

    /** How many components are looked for. */
    int wanted() {
        return wanted;
    }

    /** Share of the variance that each component explains. */
    float[] ratios() {
        return ratios;
    }

    /** Whether the first of the components are what they were before the last batch. */
    boolean hasConverged(int first) {
        for (int i = 0; i < first; i++) {
            if (!converged[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Takes rows [n, d] in; leaves a batch out that has fewer rows than components.
     *
     * @param tau cosine between a component and its predecessor from which it counts as found
     * @return whether the batch was large enough
     */
    boolean add(NDArray rows, double tau) {
        long n = rows.getShape().get(0);
        long d = rows.getShape().get(1);
        Preconditions.checkArgument(
                wanted <= d,
                "EVA looks for %s components at %s, whose input has %s features. Choose a smaller r"
                        + " or rho.",
                wanted,
                path,
                d);
        if (n < wanted) {
            return false;
        }
        try (NDManager scratch = manager.newSubManager()) {
            NDArray x = TensorOps.detachedAs(rows, DataType.FLOAT32);
            x.attach(scratch);
            NDList moments = Statistics.moments(x);
            NDArray before = components;
            NDArray all = before == null ? first(scratch, x, moments) : later(scratch, x, moments);
            decompose(scratch, all);
            if (before != null) {
                NDArray now = components;
                converged = similar(scratch, now, before, tau);
                before.close();
            }
        }
        return true;
    }

    private NDArray first(NDManager scratch, NDArray x, NDList moments) {
        seen = x.getShape().get(0);
        mean = keep(moments.get(0).div(count(scratch, (double) seen)), null);
        variance = keep(moments.get(1).div(count(scratch, (double) seen)), null);
        return Statistics.centred(x, mean);
    }

    private NDArray later(NDManager scratch, NDArray x, NDList moments) {
        long n = x.getShape().get(0);
        long total = seen + n;
        NDArray oldMean = require(mean);
        NDArray all =
                Statistics.withEarlier(x, require(components), require(values), oldMean, seen);
        NDArray sum = oldMean.mul(count(scratch, (double) seen));
        NDArray ratio = count(scratch, (double) seen / n);
        NDArray step = sum.div(ratio).sub(moments.get(0)).square();
        NDArray spread =
                require(variance)
                        .mul(count(scratch, (double) seen))
                        .add(moments.get(1))
                        .add(step.mul(ratio.div(count(scratch, (double) total))));
        mean = keep(sum.add(moments.get(0)).div(count(scratch, (double) total)), oldMean);
        variance = keep(spread.div(count(scratch, (double) total)), variance);
        seen = total;
        return all;
    }

    private void decompose(NDManager scratch, NDArray all) {
        Shape shape = all.getShape();
        Shape test = new Shape(Math.min(shape.get(0), shape.get(1)), 2L * wanted);
        TorchGenerator generator = new TorchGenerator(SEED);
        NDArray drawn =
                all.getDataType() == DataType.FLOAT64
                        ? generator.normal64(scratch, test)
                        : generator.normal(scratch, test);
        NDList parts = Decompositions.svdLowRank(all, drawn, ROUNDS);
        NDArray s = parts.get(1);
        double whole = require(variance).sum().getDouble() * (double) seen;
        double[] numbers = doubles(s);
        ratios = new float[Math.min(wanted, numbers.length)];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = (float) (numbers[i] * numbers[i] / whole);
        }
        components = keep(Statistics.withFixedSigns(parts.get(2)).get("0:" + ratios.length), null);
        values = keep(s.get("0:" + ratios.length), values);
    }

    private static boolean[] similar(
            NDManager scratch, @Nullable NDArray now, NDArray before, double tau) {
        NDArray left = TensorOps.detachedAs(require(now), DataType.FLOAT64);
        NDArray right = TensorOps.detachedAs(before, DataType.FLOAT64);
        left.attach(scratch);
        right.attach(scratch);
        double[] cosines = doubles(Statistics.rowSimilarity(left, right));
        boolean[] similar = new boolean[cosines.length];
        for (int i = 0; i < similar.length; i++) {
            similar[i] = cosines[i] >= tau;
        }
        return similar;
    }

    /**
     * The first components as rows.
     *
     * @param whiten whether each is divided by the root of its singular value
     */
    Matrix components(int rank, boolean whiten) {
        try (NDManager scratch = manager.newSubManager()) {
            NDArray rows = require(components).get("0:" + rank);
            rows.attach(scratch);
            if (whiten) {
                NDArray roots = require(values).get("0:" + rank).sqrt().reshape(rank, 1);
                roots.attach(scratch);
                return Matrix.of(rows.div(roots));
            }
            return Matrix.of(rows);
        }
    }

    private NDArray keep(NDArray value, @Nullable NDArray old) {
        NDArray own = TensorOps.detached(value);
        own.attach(manager);
        if (old != null) {
            old.close();
        }
        return own;
    }

    private static NDArray count(NDManager manager, double number) {
        return manager.create(new double[] {number}, new Shape());
    }

    private static double[] doubles(NDArray array) {
        return array.getDataType() == DataType.FLOAT64
                ? array.toDoubleArray()
                : Arrays.stream(array.toArray()).mapToDouble(Number::doubleValue).toArray();
    }

    private static NDArray require(@Nullable NDArray array) {
        if (array == null) {
            throw new IllegalStateException("No rows were seen.");
        }
        return array;
    }

    @Override
    public void close() {
        manager.close();
    }
}
