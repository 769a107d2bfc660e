package io.github.peft4j.tuner.lokr;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.tuner.StartValues;

/**
 * One matrix of a Kronecker product: stored whole, or as the product of two thin ones.
 *
 * @param tensors by suffix: the matrix, or its left and its right part
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

        private Parameter tensor(String name, Shape shape, boolean zero) {
            NDArray start = zero ? manager.zeros(shape) : StartValues.kaiming(manager, shape);
            return trained.of(name, start);
        }
    }

    /** The matrix. */
    NDArray read(AdapterPass pass) {
        NDArray left = pass.value(tensors.values().asList().get(0));
        return tensors.size() == 1
                ? left
                : left.matMul(pass.value(tensors.values().asList().get(1)));
    }
}
