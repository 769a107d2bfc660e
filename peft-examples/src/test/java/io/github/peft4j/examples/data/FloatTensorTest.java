package io.github.peft4j.examples.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;

class FloatTensorTest {

    @Test
    void readsLittleEndianElementsFromThePositionOn() {
        ByteBuffer bytes = ByteBuffer.wrap(OnnxBytes.littleEndian(9, 1.5f, -2)).position(4);

        FloatTensor tensor = new FloatTensor(new Shape(2), bytes);

        assertThat(tensor.toFloatArray()).containsExactly(1.5f, -2);
        assertThat(tensor.data().position()).isZero();
    }

    @Test
    void exchangesRowsAndColumns() {
        ByteBuffer bytes = ByteBuffer.wrap(OnnxBytes.littleEndian(1, 2, 3, 4, 5, 6));

        FloatTensor turned = new FloatTensor(new Shape(2, 3), bytes).transposed();

        assertThat(turned.shape()).isEqualTo(new Shape(3, 2));
        assertThat(turned.toFloatArray()).containsExactly(1, 4, 2, 5, 3, 6);
    }

    @Test
    void cannotBeChangedThroughItsBytes() {
        FloatTensor tensor = new FloatTensor(new Shape(1), ByteBuffer.allocate(4));
        assertThatThrownBy(() -> tensor.data().putFloat(1))
                .isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void refusesBytesThatDoNotFillTheShape() {
        assertThatThrownBy(() -> new FloatTensor(new Shape(2, 2), ByteBuffer.allocate(12)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A float32 tensor of shape (2, 2) needs 16 bytes, not 12.");
    }

    @Test
    void refusesToTransposeAVector() {
        FloatTensor vector = new FloatTensor(new Shape(1), ByteBuffer.allocate(4));
        assertThatThrownBy(vector::transposed).hasMessageContaining("Only a matrix");
    }
}
