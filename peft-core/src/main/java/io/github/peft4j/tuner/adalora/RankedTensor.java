package io.github.peft4j.tuner.adalora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.set.FileTensor;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.TensorOps;

/**
 * A tensor of which a file holds the ranks that are left.
 *
 * @param axis the axis that counts ranks
 */
record RankedTensor(Parameter parameter, int axis, RankedLayer layer, RankAllocator allocator)
        implements FileTensor {

    @Override
    public Shape shape() {
        Shape whole = parameter.getShape();
        if (!allocator.isPruned()) {
            return whole;
        }
        long left = layer.places().length;
        return axis == 0 ? new Shape(left, whole.get(1)) : new Shape(whole.get(0), left);
    }

    @Override
    public NDArray write(NDManager scratch) {
        if (!allocator.isPruned()) {
            return parameter.getArray();
        }
        NDArray kept = Ops.select(parameter.getArray(), axis, scratch.create(layer.places()));
        kept.attach(scratch);
        return kept;
    }

    @Override
    public void read(NDArray value) {
        if (!allocator.isPruned()) {
            FileTensor.put(parameter, value);
            return;
        }
        try (NDArray places = value.getManager().create(layer.places())) {
            TensorOps.place(parameter.getArray(), axis, places, value);
        }
    }
}
