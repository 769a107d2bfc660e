package io.github.peft4j.transformers.part;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.function.UnaryOperator;

/**
 * Frees what a layer made along the way. An operation's result lands in its first operand's
 * manager, so a layer that computes from an input held by a short-lived manager leaves everything
 * there. The graph keeps what the backward pass needs.
 */
public final class Scope {

    private Scope() {}

    /** Runs a layer on x; of all it makes only the result stays, in x's manager. */
    public static NDArray run(NDArray x, UnaryOperator<NDArray> layer) {
        NDManager outer = x.getManager();
        try (NDManager inner = outer.newSubManager()) {
            x.attach(inner);
            try {
                NDArray y = layer.apply(x);
                y.attach(outer);
                return y;
            } finally {
                x.attach(outer);
            }
        }
    }
}
