package io.github.peft4j.tuner.vera;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;

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
