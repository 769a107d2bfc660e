package io.github.peft4j.ops;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.script.ScriptModule;
import java.util.Map;

/**
 * Detached copies and changes in place. DJL's own copies cut gradients without a word, so they are
 * called here alone, under names that say so. Changes in place are for tensors that this library
 * owns, with gradients switched off ({@link Gradients#off()}).
 */
public final class TensorOps {

    /**
     * Numbers of a tensor whose own memory would cost a share of it worth saving; larger ones share
     * theirs with a file.
     */
    private static final long SMALL = 1 << 14;

    private TensorOps() {}

    /** The same numbers in memory of their own, without gradient history. */
    public static NDArray detached(NDArray array) {
        return array.duplicate();
    }

    /** The same numbers on a device, without gradient history; always a new array. */
    public static NDArray detachedTo(NDArray array, Device device) {
        return array.toDevice(device, true);
    }

    /** This array in another manager and on its device, without a copy if it is there already. */
    public static NDArray moved(NDArray array, NDManager manager) {
        NDArray there = array.toDevice(manager.getDevice(), false);
        there.attach(manager);
        return there;
    }

    /** The same numbers in another type, without gradient history; always a new array. */
    public static NDArray detachedAs(NDArray array, DataType type) {
        return array.toType(type, true);
    }

    /** The small float32 tensors among these in one memory, as {@link #inOneMemory} puts them. */
    public static <K> Map<K, NDArray> smallInOneMemory(Map<K, NDArray> arrays) {
        return inOneMemory(Maps.filterValues(arrays, TensorOps::isSmall));
    }

    private static boolean isSmall(NDArray array) {
        return array.getDataType() == DataType.FLOAT32 && array.size() <= SMALL;
    }

    /**
     * The same float32 numbers, one tensor after the other in one memory, without gradient history:
     * an adapter of many small tensors costs a tenth more than its numbers otherwise. The given
     * arrays are closed. A change in place reaches its own tensor alone.
     *
     * @param arrays tensors of one device
     */
    static <K> Map<K, NDArray> inOneMemory(Map<K, NDArray> arrays) {
        if (arrays.size() < 2) {
            return ImmutableMap.copyOf(arrays);
        }
        NDList given = new NDList(arrays.values());
        ImmutableMap.Builder<K, NDArray> shared = ImmutableMap.builder();
        try (Gradients off = Gradients.off()) {
            NDList made = module().callAll("in_one_memory", given.get(0), given.subNDList(1));
            int i = 0;
            for (K key : arrays.keySet()) {
                shared.put(key, made.get(i));
                i++;
            }
        }
        given.close();
        return shared.buildOrThrow();
    }

    private static ScriptModule module() {
        return ScriptModule.get();
    }

    /**
     * One AdamW update (Loshchilov and Hutter 2019, algorithm 2, in PyTorch's form): decays p by
     * {@code 1 - lr * decay}, updates the moments, and moves p by {@code -lr m / (1 - beta1^t) /
     * (sqrt(v) / sqrt(1 - beta2^t) + eps)}.
     *
     * @param p the trained tensor
     * @param gradient its gradient
     * @param m first moment, changed
     * @param v second moment, changed
     * @param hyper [lr, beta1, beta2, eps, weight decay, t], float64, t counts from 1
     */
    public static void adamW(NDArray p, NDArray gradient, NDArray m, NDArray v, NDArray hyper) {
        module().call("adamw_", p, gradient, m, v, hyper).close();
    }

    /** {@code p -= lr * gradient}. */
    public static void sgd(NDArray p, NDArray gradient, double lr) {
        module().call("sgd_", p, gradient, lr).close();
    }

    /**
     * For each array how often its memory was written to, and, if asked for, the sum of its
     * numbers: equal as long as nobody writes to it.
     */
    public static double[] stamps(NDList arrays, boolean sums) {
        try (NDManager scratch = arrays.head().getManager().newSubManager()) {
            NDList aliases = new NDList();
            for (NDArray array : arrays) {
                aliases.add(alias(array, scratch)); // names of shared arrays stay what they are
            }
            NDArray place = alias(arrays.head(), scratch);
            return module().call("stamps", place, sums ? 1 : 0, aliases).toDoubleArray();
        }
    }

    private static NDArray alias(NDArray array, NDManager scratch) {
        NDArray alias = array.stopGradient();
        alias.attach(scratch);
        return alias;
    }

    /** The Euclidean norm of x as a scalar in the given manager. */
    public static NDArray norm(NDManager manager, NDArray x) {
        NDArray norm = module().call("norm", x);
        norm.attach(manager);
        return norm;
    }

    /** {@code x *= factor}, a scalar array. */
    public static void scale(NDArray x, NDArray factor) {
        module().call("scale_", x, factor).close();
    }

    /**
     * Writes the rows of x [B, S, D] into {@code buffer} [B, capacity, D] at place {@code at} of
     * its second axis.
     *
     * @return a view of the buffer up to the end of x, in x's manager
     */
    public static NDArray append(NDArray buffer, NDArray x, long at) {
        long end = at + x.getShape().get(1);
        if (at < 0 || end > buffer.getShape().get(1)) {
            throw new IllegalArgumentException(
                    "Rows "
                            + at
                            + " to "
                            + end
                            + " do not fit into "
                            + buffer.getShape()
                            + ". Make the buffer larger.");
        }
        // Not as a number, which the gateway would keep: there is one for each position.
        try (NDArray place = x.getManager().create(at)) {
            NDArray view = module().call("append_", buffer, x, place);
            view.attach(x.getManager());
            return view;
        }
    }

    /**
     * Writes the numbers of source into the memory of x; views and the optimizer keep seeing it.
     */
    public static void copy(NDArray x, NDArray source) {
        if (!x.getShape().equals(source.getShape())) {
            throw new IllegalArgumentException(
                    "Cannot copy " + source.getShape() + " into " + x.getShape() + ".");
        }
        module().call("copy_", x, source).close();
    }

    /** Writes source into the places of an axis of x, by index [K] int64. */
    public static void place(NDArray x, int axis, NDArray index, NDArray source) {
        Operands.requireIds(index);
        Operands.requireVector(index, source.getShape().get(axis), "index of places");
        module().call("place_", x, axis, index, source).close();
    }

    /** Sets those rows of x [R, ...] to zero whose flag [R] is 0. */
    public static void zeroRows(NDArray x, NDArray flags) {
        Operands.requireVector(flags, x.getShape().get(0), "array of flags");
        module().call("zero_rows_", x, flags).close();
    }

    /** Whether every number is zero; leaves nothing behind. */
    public static boolean isZero(NDArray x) {
        try (NDArray other = x.neq(0);
                NDArray any = other.any()) {
            return !any.getBoolean();
        }
    }
}
