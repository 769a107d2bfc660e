package io.github.peft4j.transformers.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.testkit.Tensors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TokenLayoutTest {

    private static final AttentionSpec FORM = AttentionSpec.of(2, 3);

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray ids(int rows, int length) {
        return manager.zeros(new Shape(rows, length), DataType.INT64);
    }

    private NDArray mask(int rows, long... values) {
        return manager.create(values, new Shape(rows, values.length / rows));
    }

    private static TokenLayout.Pair require(TokenLayout.@Nullable Pair pair) {
        if (pair == null) {
            throw new AssertionError("not packed");
        }
        return pair;
    }

    @Test
    void aPackedPairLooksAcrossRowByRow() {
        NDArray mask = mask(3, 1, 1, 1, 1, 0, 0, 1, 1, 0);
        NDArray mask2 = mask(3, 1, 0, 1, 1, 1, 0);
        NDArray k = manager.randomNormal(new Shape(3, 3, 6));
        NDArray v = manager.randomNormal(new Shape(3, 3, 6));
        NDArray q = manager.randomNormal(new Shape(3, 2, 6));
        TokenLayout.Pair padded = TokenLayout.Pair.padded(ids(3, 3), mask, ids(3, 2), mask2);
        TokenLayout.Pair packed =
                require(TokenLayout.packedPair(ids(3, 3), mask, ids(3, 2), mask2));

        NDArray expected = padded.decoder().cross(q, k, v, padded.encoder(), FORM);
        NDArray actual =
                packed.decoder()
                        .cross(
                                packed.decoder().pack(q),
                                packed.encoder().pack(k),
                                packed.encoder().pack(v),
                                packed.encoder(),
                                FORM);

        assertThat(actual.getShape()).isEqualTo(new Shape(4, 6));
        NDArray kept = Tensors.of(manager, new Shape(3, 2, 1), 1, 0, 1, 1, 1, 0);
        Tensors.assertClose(
                packed.decoder().unpack(actual), expected.mul(kept), 1e-6, "attention across");
    }

    @Test
    void aPairIsPackedIfEitherSideHasPadding() {
        NDArray ragged = mask(2, 1, 1, 1, 0);

        assertThat(TokenLayout.packedPair(ids(2, 2), null, ids(2, 3), null)).isNull();
        assertThat(require(TokenLayout.packedPair(ids(2, 2), ragged, ids(2, 3), null)).decoder())
                .matches(TokenLayout::isPacked);
        assertThat(require(TokenLayout.packedPair(ids(2, 3), null, ids(2, 2), ragged)).encoder())
                .matches(TokenLayout::isPacked);
        assertThat(TokenLayout.packedPair(ids(2, 2), mask(2, 1, 1, 0, 0), ids(2, 3), null))
                .isNull();
    }

    @Test
    void refusesAPairOfDifferentRows() {
        assertThatThrownBy(() -> TokenLayout.packedPair(ids(2, 2), null, ids(3, 2), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The encoder has 2 rows, the decoder 3");
    }

    @Test
    void knowsPaddingBetweenTokens() {
        assertThat(TokenLayout.isContiguous(mask(2, 0, 1, 1, 0, 1, 1, 1, 1))).isTrue();
        assertThat(TokenLayout.isContiguous(mask(2, 1, 1, 0, 0, 0, 0, 1, 1))).isTrue();
        assertThat(TokenLayout.isContiguous(mask(2, 1, 1, 1, 1, 1, 0, 0, 1))).isFalse();
    }
}
