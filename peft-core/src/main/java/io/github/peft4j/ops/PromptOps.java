package io.github.peft4j.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import io.github.peft4j.internal.script.ScriptModule;

/**
 * Differentiable operations of prompt methods: n rows of H features in front of the S tokens of B
 * texts. Results land in the manager of the first argument.
 */
public final class PromptOps {

    private PromptOps() {}

    private static ScriptModule module() {
        return ScriptModule.get();
    }

    /**
     * Rows in front of words.
     *
     * @param words [B, S, H]
     * @param rows [n, H], the same for each text, or [B, n, H]; takes the type of words
     * @return [B, n + S, H]
     */
    public static NDArray prepend(NDArray words, NDArray rows) {
        Operands.requireDimensions(words, 3, "embeddings of words");
        boolean shared = rows.getShape().dimension() == 2;
        long count = rows.getShape().get(shared ? 0 : 1);
        Shape shape = words.getShape();
        Shape expected =
                shared
                        ? new Shape(count, shape.get(2))
                        : new Shape(shape.get(0), count, shape.get(2));
        Operands.requireShape(rows, expected, "rows in front");
        return module().call("prepend", words, rows);
    }

    /**
     * Blocks of columns side by side in a table, the same for each text.
     *
     * @param table [n, K D]
     * @param blocks K
     * @return K arrays [B, n, D], which share memory
     */
    public static NDList columnBlocks(NDArray table, int blocks, long batch) {
        Operands.requireDimensions(table, 2, "table");
        Preconditions.checkArgument(
                blocks > 0 && table.getShape().get(1) % blocks == 0,
                "A table of shape %s has no %s blocks of columns of one width.",
                table.getShape(),
                blocks);
        return module().callAll("column_blocks", table, blocks, batch);
    }

    /**
     * One layer of an LSTM that runs in both directions.
     *
     * @param x [B, S, F]
     * @param weights weight_ih [4 h, F], weight_hh [4 h, h], bias_ih [4 h] and bias_hh [4 h], then
     *     the same for the way back
     * @return [B, S, 2 h]
     * @see <a href="https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html">PyTorch</a>
     */
    public static NDArray lstmLayer(NDArray x, NDList weights) {
        Operands.requireDimensions(x, 3, "input of LSTM");
        Preconditions.checkArgument(
                weights.size() == 8,
                "A layer of an LSTM in both directions has 8 tensors, got %s.",
                weights.size());
        Operands.requireInner(x, weights.get(0), "LSTM");
        Operands.requireInner(x, weights.get(4), "LSTM");
        return module().call("lstm_layer", x, weights.toArray());
    }

    /**
     * A table times a matrix of low rank for each text: {@code table * (cols[t] rows[t])},
     * elementwise.
     *
     * @param table [n, H]
     * @param cols [T, n, r]
     * @param rows [T, r, H]
     * @param tasks [B] int64, each from 0 to T - 1
     * @return [B, n, H]
     */
    public static NDArray taskRows(NDArray table, NDArray cols, NDArray rows, NDArray tasks) {
        Shape shape = table.getShape();
        Operands.requireDimensions(table, 2, "table");
        Operands.requireDimensions(cols, 3, "columns of tasks");
        long count = cols.getShape().get(0);
        long rank = cols.getShape().get(2);
        Operands.requireShape(cols, new Shape(count, shape.get(0), rank), "columns of tasks");
        Operands.requireShape(rows, new Shape(count, rank, shape.get(1)), "rows of tasks");
        Operands.requireIds(tasks);
        Operands.requireDimensions(tasks, 1, "tasks");
        for (long task : tasks.toLongArray()) {
            Operands.requireIndex(task, count, "task");
        }
        return module().call("task_rows", table, cols, rows, tasks);
    }

    /** Rows of x [n, H] longer than their bound [n] &gt; 0, shortened to it; without a gradient. */
    public static NDArray shortenRows(NDArray x, NDArray bound) {
        Operands.requireDimensions(x, 2, "rows");
        Operands.requireVector(bound, x.getShape().get(0), "bound of rows");
        return module().call("shorten_rows", x, bound);
    }

    /**
     * {@code base + delta} with the rows of delta shortened as by {@link #shortenRows}. The
     * gradient reaches delta as if nothing was shortened, where {@code train} is 1.
     *
     * @param base [n, H]
     * @param delta [n, H]
     * @param bound [n]
     * @param train [n], 1 or 0
     */
    public static NDArray movedRows(NDArray base, NDArray delta, NDArray bound, NDArray train) {
        Operands.requireShape(delta, base.getShape(), "change of rows");
        Operands.requireVector(bound, base.getShape().get(0), "bound of rows");
        Operands.requireVector(train, base.getShape().get(0), "choice of rows");
        return module().call("moved_rows", base, delta, bound, train);
    }
}
