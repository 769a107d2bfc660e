package io.github.peft4j.transformers.part;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * Frees what a layer made along the way. An operation's result lands in its first operand's
 * manager, so a layer that computes from an input held by a short-lived manager leaves everything
 * there. The graph keeps what the backward pass needs.
 */
public final class Scope {

    private Scope() {}

    /**
     * The same for a layer that also computes from what lies beside it. The layer sees another
     * handle of {@code beside}, so that several threads may share it.
     */
    public static NDArray run(NDArray x, NDArray beside, BinaryOperator<NDArray> layer) {
        return run(
                x,
                y -> {
                    NDArray own = beside.reshape(beside.getShape());
                    own.attach(y.getManager());
                    return layer.apply(y, own);
                });
    }

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
