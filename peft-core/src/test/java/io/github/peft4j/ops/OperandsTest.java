package io.github.peft4j.ops;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
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
        NDArray bits = manager.ones(new Shape(2, 1, 3, 2)).toType(DataType.BOOLEAN, true);
        AttentionSpec two = AttentionSpec.of(2, 2);

        refused(
                () -> Attention.padded(q, of(2, 3, 6), of(2, 3, 6), two, null),
                "The key of attention is (2, 3, 6); it must have the query's batch and as many"
                        + " features as 2 heads.");
        refused(
                () -> Attention.padded(q, q, of(2, 2, 4), two, null),
                "The value of attention is (2, 2, 4); it must be (2, 3, 4).");
        refused(
                () -> Attention.padded(q, q, q, AttentionSpec.of(3, 1), null),
                "The query of attention is (2, 3, 4); its features must split into 3 heads.");
        refused(
                () -> Attention.padded(q, q, q, two, bits),
                "The attention mask is (2, 1, 3, 2); it must be (2, 1, 3, 3).");
        refused(
                () ->
                        Attention.padded(
                                q, q, q, two, manager.ones(new Shape(1, 1, 1, 3), DataType.INT64)),
                "The attention mask of shape (1, 1, 1, 3) must be boolean or float32, got int64.");
        refused(
                () -> Attention.padded(q, of(2, 5, 4), of(2, 5, 4), two.withCausal(), null),
                "The key without a mask is (2, 5, 4); it must be (2, 3, 4).");
    }

    @Test
    void packedAttention() {
        NDArray q = of(3, 4);
        NDArray runs = manager.create(new long[] {1, 3, 3}, new Shape(1, 3));
        AttentionSpec two = AttentionSpec.of(2, 2);

        refused(
                () -> Attention.packed(of(1, 3, 4), q, q, runs, two, null),
                "The query of attention is (1, 3, 4); it must have 2 axes.");
        refused(
                () -> Attention.packed(q, q, q, runs.reshape(3), two, null),
                "The array of runs is (3); it must be (3, 3).");
        refused(
                () -> Attention.packed(q, q, q, of(1, 3), two, null),
                "The index array (1, 3) must be int64, got float32.");
    }

    @Test
    void formsOfAttention() {
        refused(
                () -> AttentionSpec.of(4, 2).withKeyValueHeads(3),
                "4 heads do not split over 3 key and value heads. Correct the numbers of heads in"
                        + " config.json.");
        refused(
                () -> AttentionSpec.of(4, 2).withDropout(1),
                "The dropout probability is 1.0; it must be in [0, 1).");
        refused(
                () -> AttentionSpec.of(4, 2).withWindow(3),
                "A window of 3 positions must be 0 (none) or more, and belongs to causal attention.");
        refused(
                () -> AttentionSpec.of(4, 2).withSoftCap(-1),
                "The soft cap on scores is -1.0; it must be 0 (none) or more.");
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
