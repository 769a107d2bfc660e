package io.github.peft4j.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.github.peft4j.internal.script.ScriptModule;

/** Matrix decompositions, in the manager of their argument. */
public final class Decompositions {

    private Decompositions() {}

    /** Reduced QR: x [m, n] = Q [m, k] R [k, n], k = min(m, n). Returns Q and R. */
    public static NDList qr(NDArray x) {
        return ScriptModule.get().callAll("qr", x);
    }

    /** Reduced SVD: x [m, n] = U [m, k] diag(S [k]) Vh [k, n]. Returns U, S and Vh. */
    public static NDList svd(NDArray x) {
        return ScriptModule.get().callAll("svd", x);
    }
}
