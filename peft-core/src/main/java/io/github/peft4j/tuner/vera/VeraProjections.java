package io.github.peft4j.tuner.vera;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.Copies;
import io.github.peft4j.random.TorchGenerator;

/**
 * The two frozen matrices that all layers of an adapter share, as large as the largest layer. A
 * layer reads the first columns of A and the first rows of B.
 *
 * <ul>
 *   <li>A: {@code vera_A} [r, largest in]; B: {@code vera_B} [largest out, r]; both uniform within
 *       √6/√columns, drawn A first from the CPU generator of the config's seed
 * </ul>
 *
 * @param a A
 * @param b B
 */
record VeraProjections(Parameter a, Parameter b) {

    /** Draws both. */
    static VeraProjections drawn(NDManager manager, long seed, int r, long out, long in) {
        TorchGenerator generator = new TorchGenerator(seed);
        NDArray a = kaiming(generator, manager, r, in);
        NDArray b = kaiming(generator, manager, out, r);
        return new VeraProjections(frozen("vera_A", a), frozen("vera_B", b));
    }

    private static NDArray kaiming(
            TorchGenerator generator, NDManager manager, long rows, long columns) {
        double bound = Math.sqrt(3) * (Math.sqrt(2) / Math.sqrt((double) columns));
        return generator.uniform(manager, new Shape(rows, columns), -bound, bound);
    }

    /** The same numbers in memory of their own: each adapter of a model has them. */
    VeraProjections copy(NDManager manager) {
        return new VeraProjections(copy("vera_A", a, manager), copy("vera_B", b, manager));
    }

    private static Parameter copy(String name, Parameter parameter, NDManager manager) {
        NDArray copy = Copies.detached(parameter.getArray());
        copy.attach(manager);
        return frozen(name, copy);
    }

    private static Parameter frozen(String name, NDArray array) {
        Parameter parameter =
                Parameter.builder().setName(name).setType(Parameter.Type.WEIGHT).build();
        parameter.setArray(array);
        parameter.freeze(true);
        return parameter;
    }

    /** A [r, in] for a layer, made once a pass for all layers of its width. */
    NDArray a(long in, AdapterPass pass) {
        return a.getShape().get(1) == in
                ? pass.value(a)
                : pass.once(new Part(a, in), () -> pass.value(a).get(":, :" + in));
    }

    /** B [out, r] for a layer, made once a pass for all layers of its width. */
    NDArray b(long out, AdapterPass pass) {
        return b.getShape().get(0) == out
                ? pass.value(b)
                : pass.once(new Part(b, out), () -> pass.value(b).get(":" + out));
    }

    /** What of a matrix is read. */
    private record Part(Parameter matrix, long length) {}
}
