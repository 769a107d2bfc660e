package io.github.peft4j.tuner.lokr;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.tuner.NewLayer;
import java.util.List;

/**
 * One matrix of a Kronecker product: stored whole, as the product of two thin ones, or, for a
 * kernel, in Tucker form.
 *
 * @param tensors by suffix: the matrix; its left and its right part; or core, left and right part
 */
record KroneckerFactor(ImmutableMap<String, Parameter> tensors) {

    /** A matrix stored whole. */
    static KroneckerFactor whole(NewLayer layer, String name, Shape shape, boolean zero) {
        return new KroneckerFactor(ImmutableMap.of(name, tensor(layer, name, shape, zero)));
    }

    /**
     * A product of two thin matrices.
     *
     * @param zeroLeft whether the left one is zero
     * @param zeroRight whether the right one is zero
     */
    static KroneckerFactor thin(
            NewLayer layer,
            String name,
            Shape left,
            Shape right,
            boolean zeroLeft,
            boolean zeroRight) {
        return new KroneckerFactor(
                ImmutableMap.of(
                        name + "_a",
                        tensor(layer, name + "_a", left, zeroLeft),
                        name + "_b",
                        tensor(layer, name + "_b", right, zeroRight)));
    }

    /**
     * A kernel in Tucker form.
     *
     * @param zeroRight whether the right part is zero
     */
    static KroneckerFactor tucker(
            NewLayer layer,
            String core,
            String name,
            int r,
            Shape left,
            Shape right,
            boolean zeroRight) {
        Shape coreShape = layer.convolution().tuckerCore(r);
        return new KroneckerFactor(
                ImmutableMap.of(
                        core,
                        tensor(layer, core, coreShape, false),
                        name + "_a",
                        tensor(layer, name + "_a", left, false),
                        name + "_b",
                        tensor(layer, name + "_b", right, zeroRight)));
    }

    private static Parameter tensor(NewLayer layer, String name, Shape shape, boolean zero) {
        long[] sizes = shape.getShape();
        return layer.trained(name, zero ? layer.zeros(sizes) : layer.kaiming(sizes));
    }

    /** The matrix; with further axes for a kernel. */
    NDArray read(AdapterPass pass) {
        List<NDArray> values = tensors.values().stream().map(pass::value).toList();
        return switch (values.size()) {
            case 1 -> values.get(0);
            case 2 -> values.get(0).matMul(values.get(1));
            default ->
                    DeltaOps.tucker(
                            new DeltaOps.Tucker(values.get(0), values.get(1), values.get(2)));
        };
    }
}
