package io.github.peft4j.ops;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each wrong operand is named before LibTorch sees it. */
class OperandsTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray of(long... shape) {
        return manager.ones(new Shape(shape));
    }

    private static void refused(ThrowingCallable call, String text) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(text);
    }

    @Test
    void linear() {
        refused(
                () -> Ops.linear(of(2, 4), of(5, 3), null),
                "The input of linear is (2, 4); it must end in the 3 columns of its weight.");
        refused(
                () -> Ops.linear(of(), of(5, 3), null),
                "The input of linear is (); it must end in the 3 columns of its weight.");
        refused(
                () -> Ops.linear(of(3), of(3), null),
                "The weight of linear is (3); it must have 2 axes.");
        refused(
                () -> Ops.linear(of(2, 3), of(5, 3), of(4)),
                "The bias of linear is (4); it must be (5).");
    }

    @Test
    void lora() {
        refused(
                () -> Ops.loraAdd(of(2, 5), of(3, 4), of(1, 4), of(5, 1), 1),
                "The y of lora is (2, 5); it must be (3, 5).");
        refused(
                () -> Ops.loraDelta(of(3, 4), of(2, 4), of(5, 1), 1),
                "The factor B is (5, 1); it must have as many columns as A has rows, 2.");
        refused(
                () -> Ops.loraDelta(of(3, 3), of(2, 4), of(5, 2), 1),
                "The input of lora is (3, 3); it must end in the 4 columns of its weight.");
        refused(() -> Ops.lowRank(of(4), of(5, 1), 1), "The factor A is (4); it must have 2 axes.");
    }

    @Test
    void embeddingsAndRows() {
        NDArray ids = manager.create(new long[] {0});

        refused(
                () -> Ops.embedding(of(1), of(2, 2)),
                "The index array (1) must be int64, got float32.");
        refused(
                () -> Ops.embedding(ids, of(2)),
                "The embedding table is (2); it must have 2 axes.");
        refused(
                () -> Ops.embedding(ids, of(2, 2), 2),
                "The padding row is 2; it must be from 0 to 1.");
        refused(
                () -> Ops.rows(of(2, 2), ids.reshape(1, 1)),
                "The index of rows is (1, 1); it must have 1 axes.");
    }

    @Test
    void norms() {
        refused(
                () -> Ops.layerNorm(of(2, 4), of(3), of(4), 0),
                "The weight of layer norm is (3); it must be (4).");
        refused(
                () -> Ops.addLayerNorm(of(2, 4), of(1, 4), of(4), of(4), 0),
                "The residual is (1, 4); it must be (2, 4).");
        refused(
                () -> Ops.layerNorm(of(2, 4), of(4), of(5), 0),
                "The bias of layer norm is (5); it must be (4).");
    }

    @Test
    void attention() {
        NDArray q = of(2, 3, 4);
        NDArray mask =
                manager.ones(new Shape(2, 1, 2))
                        .toType(ai.djl.ndarray.types.DataType.BOOLEAN, true);

        refused(
                () -> Ops.attention(q, of(2, 3, 6), of(2, 3, 6), 2, 0, null),
                "The key of attention is (2, 3, 6); it must have the batch and the features of the"
                        + " query, (2, 3, 4).");
        refused(
                () -> Ops.attention(q, q, of(2, 2, 4), 2, 0, null),
                "The value of attention is (2, 2, 4); it must be (2, 3, 4).");
        refused(
                () -> Ops.attention(q, q, q, 3, 0, null),
                "The query of attention is (2, 3, 4); its features must split into 3 heads.");
        refused(
                () -> Ops.attention(q, q, q, 2, 0, mask),
                "The attention mask is (2, 1, 2); it must be (2, 3, 3).");
        refused(
                () -> Ops.attention(q, q, q, 2, 0, of(2, 1, 3)),
                "The attention mask of shape (2, 1, 3) must be boolean, got float32.");
        refused(
                () -> Ops.attention(q, q, q, 2, 1, null),
                "The dropout probability is 1.0; it must be in [0, 1).");
    }

    @Test
    void packedAttention() {
        NDArray q = of(3, 4);
        NDArray bounds = manager.create(new long[] {0, 3});
        NDArray more = manager.create(new long[] {0, 1, 3});

        refused(
                () -> Ops.packedAttention(of(1, 3, 4), q, q, bounds, bounds, 2, 0),
                "The query of attention is (1, 3, 4); it must have 2 axes.");
        refused(
                () -> Ops.packedAttention(q, q, q, bounds, more, 2, 0),
                "The array of query bounds is (2); it must be (3).");
        refused(
                () -> Ops.packedAttention(q, q, q, of(2), bounds, 2, 0),
                "The index array (2) must be int64, got float32.");
    }

    @Test
    void losses() {
        NDArray labels = manager.create(new long[] {0, 1});

        refused(
                () -> Ops.crossEntropy(of(3, 2), labels, -100),
                "The labels of cross entropy is (2); it must be (3).");
        refused(
                () -> Ops.crossEntropy(of(2), labels, -100),
                "The logits of cross entropy is (2); it must have 2 axes.");
        refused(
                () -> Ops.binaryCrossEntropy(of(2, 1), of(2)),
                "The labels is (2); it must be (2, 1).");
        refused(
                () -> Ops.meanSquaredError(of(2, 1), of(2)),
                "The labels is (2); it must be (2, 1).");
    }
}
