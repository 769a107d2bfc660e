package io.github.peft4j.tuner.lora.arrow;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.random.TorchGenerator;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.lora.layer.LoraLinear;
import io.github.peft4j.tuner.lora.layer.LoraTensors;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The experts of one layer: E pairs of matrices of one rank.
 *
 * @param experts those that tokens are routed to
 * @param general those whose mean A and mean B are taken out of each expert's A and B (GenKnowSub);
 *     empty for nothing
 */
record Experts(ImmutableList<LoraLinear> experts, ImmutableList<LoraLinear> general) {

    /** As in PEFT. */
    private static final int ITERATIONS = 15;

    private static final double EPSILON = 1e-8;

    /** A of every expert, one below the other, [E·r, in]. */
    NDArray down(Function<Parameter, NDArray> value) {
        return joined(LoraTensors::a, value, 0);
    }

    /** B of every expert, one beside the other, [out, E·r]. */
    NDArray up(Function<Parameter, NDArray> value) {
        return joined(LoraTensors::b, value, 1);
    }

    private NDArray joined(
            Function<LoraTensors, Parameter> part, Function<Parameter, NDArray> value, int axis) {
        return NDArrays.concat(new NDList(each(part, value)), axis);
    }

    private List<NDArray> each(
            Function<LoraTensors, Parameter> part, Function<Parameter, NDArray> value) {
        List<NDArray> own = values(experts, part, value);
        if (general.isEmpty()) {
            return own;
        }
        List<NDArray> others = values(general, part, value);
        NDArray mean = NDArrays.stack(new NDList(others)).mean(new int[] {0});
        return own.stream().map(array -> array.sub(mean)).toList();
    }

    private static List<NDArray> values(
            List<LoraLinear> adapters,
            Function<LoraTensors, Parameter> part,
            Function<Parameter, NDArray> value) {
        return adapters.stream().map(lora -> value.apply(part.apply(lora.tensors()))).toList();
    }

    /** Rank of each expert. */
    long rank() {
        return experts.get(0).tensors().a().getShape().get(0);
    }

    /**
     * The direction of each expert: the input that its product turns most, by power iteration.
     *
     * @param seed of the vector that it starts from, drawn as PyTorch draws it
     * @return [E, in], of length 1
     */
    InitialValue prototypes(Optional<Integer> seed) {
        long in = experts.get(0).tensors().a().getShape().get(1);
        return InitialValue.of(
                new Shape(experts.size(), in),
                manager -> {
                    try (NDManager scratch = manager.newSubManager()) {
                        NDList directions = new NDList();
                        List<NDArray> downs = each(LoraTensors::a, p -> held(p, scratch));
                        List<NDArray> ups = each(LoraTensors::b, p -> held(p, scratch));
                        for (int i = 0; i < downs.size(); i++) {
                            NDArray start = start(scratch, in, seed);
                            directions.add(direction(downs.get(i), ups.get(i), start));
                        }
                        NDArray all = NDArrays.stack(directions);
                        all.attach(manager);
                        return all;
                    }
                });
    }

    private static NDArray held(Parameter parameter, NDManager scratch) {
        NDArray copy = HeldNumbers.detached(parameter.getArray());
        copy.attach(scratch);
        return copy;
    }

    private static NDArray start(NDManager manager, long in, Optional<Integer> seed) {
        Shape shape = new Shape(in);
        return seed.isPresent()
                ? new TorchGenerator(seed.get()).normal(manager, shape)
                : manager.randomNormal(0f, 1f, shape, DataType.FLOAT32);
    }

    private static NDArray direction(NDArray a, NDArray b, NDArray start) {
        NDArray inner = b.transpose().matMul(b);
        NDArray v = unit(start);
        for (int i = 0; i < ITERATIONS; i++) {
            v = unit(a.transpose().matMul(inner.matMul(a.matMul(v))));
        }
        return v;
    }

    private static NDArray unit(NDArray v) {
        return Ops.scale(v, 1 / (v.norm().getFloat() + EPSILON));
    }
}
