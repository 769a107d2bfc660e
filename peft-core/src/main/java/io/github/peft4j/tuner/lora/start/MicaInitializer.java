package io.github.peft4j.tuner.lora.start;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import io.github.peft4j.ops.Decompositions;

/**
 * MiCA: B is the r left singular vectors of the weight's smallest singular values and stays so; A
 * starts at zero and trains.
 *
 * @see <a href="https://arxiv.org/abs/2604.01694">MiCA 2026</a>
 */
record MicaInitializer() implements WeightStart {

    @Override
    public String name() {
        return "mica";
    }

    @Override
    public void requireLayer(StartLayer layer) {
        long most = Math.min(layer.in(), layer.out());
        Preconditions.checkArgument(
                layer.rank() <= most,
                "r is %s, but MiCA at %s, a layer [%s, %s], has room for r = %s at most. Choose a"
                        + " smaller r.",
                layer.rank(),
                layer.path(),
                layer.out(),
                layer.in(),
                most);
    }

    @Override
    public boolean trainsB() {
        return false;
    }

    @Override
    public Pair create(NDManager manager, StartLayer layer) {
        try (NDManager scratch = manager.newSubManager()) {
            NDArray u = Decompositions.svd(layer.weight(scratch)).get(0);
            long columns = u.getShape().get(1);
            NDArray b = u.get(":, " + (columns - layer.rank()) + ":");
            return Pair.in(
                    manager, new NDList(scratch.zeros(new Shape(layer.rank(), layer.in())), b));
        }
    }
}
