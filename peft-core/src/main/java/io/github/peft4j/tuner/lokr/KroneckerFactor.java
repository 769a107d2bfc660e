package io.github.peft4j.tuner.lokr;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.Deltas;
import io.github.peft4j.tuner.StartValues;
import java.util.List;

/**
 * One matrix of a Kronecker product: stored whole, as the product of two thin ones, or, for a
 * kernel, in Tucker form.
 *
 * @param tensors by suffix: the matrix; its left and its right part; or core, left and right part
 */
record KroneckerFactor(ImmutableMap<String, Parameter> tensors) {

    /** Makes a trained tensor. */
    @FunctionalInterface
    interface Trained {
        Parameter of(String name, NDArray array);
    }

    /** What a factor is made of. */
    record Maker(NDManager manager, Trained trained) {

        /** A matrix stored whole. */
        KroneckerFactor whole(String name, Shape shape, boolean zero) {
            return new KroneckerFactor(ImmutableMap.of(name, tensor(name, shape, zero)));
        }

        /**
         * A product of two thin matrices.
         *
         * @param zeroLeft whether the left one is zero
         * @param zeroRight whether the right one is zero
         */
        KroneckerFactor thin(
                String name, Shape left, Shape right, boolean zeroLeft, boolean zeroRight) {
            return new KroneckerFactor(
                    ImmutableMap.of(
                            name + "_a",
                            tensor(name + "_a", left, zeroLeft),
                            name + "_b",
                            tensor(name + "_b", right, zeroRight)));
        }

        /**
         * A kernel in Tucker form.
         *
         * @param zeroRight whether the right part is zero
         */
        KroneckerFactor tucker(
                String core,
                String name,
                Shape coreShape,
                Shape left,
                Shape right,
                boolean zeroRight) {
            return new KroneckerFactor(
                    ImmutableMap.of(
                            core,
                            tensor(core, coreShape, false),
                            name + "_a",
                            tensor(name + "_a", left, false),
                            name + "_b",
                            tensor(name + "_b", right, zeroRight)));
        }

        private Parameter tensor(String name, Shape shape, boolean zero) {
            NDArray start = zero ? manager.zeros(shape) : StartValues.kaiming(manager, shape);
            return trained.of(name, start);
        }
    }

    /** The matrix; with further axes for a kernel. */
    NDArray read(AdapterPass pass) {
        List<NDArray> values = tensors.values().stream().map(pass::value).toList();
        return switch (values.size()) {
            case 1 -> values.get(0);
            case 2 -> values.get(0).matMul(values.get(1));
            default ->
                    Deltas.tucker(new Deltas.Tucker(values.get(0), values.get(1), values.get(2)));
        };
    }
}
