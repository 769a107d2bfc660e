package io.github.peft4j.examples.data;

import ai.djl.ndarray.types.Shape;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.io.TensorView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A float32 tensor as it stands in a file: row major, little endian. The bytes are shared, not
 * copied, and cannot be changed through this object.
 *
 * @param shape the sizes; [] is a scalar
 * @param data four bytes an element, from position 0 to the limit
 */
public record FloatTensor(Shape shape, ByteBuffer data) implements TensorView {

    /** Checks that bytes and shape agree. */
    public FloatTensor {
        data = data.slice().asReadOnlyBuffer();
        if (data.remaining() != shape.size() * Float.BYTES) {
            throw new IllegalArgumentException(
                    "A float32 tensor of shape "
                            + shape
                            + " needs "
                            + shape.size() * Float.BYTES
                            + " bytes, not "
                            + data.remaining()
                            + ".");
        }
    }

    /** The bytes, little endian, read only; each call gives a buffer with its own position. */
    @Override
    public ByteBuffer data() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public Dtype dtype() {
        return Dtype.F32;
    }

    @Override
    public void writeTo(WritableByteChannel out) throws IOException {
        ByteBuffer rest = data();
        while (rest.hasRemaining()) {
            out.write(rest);
        }
    }

    /** A copy of the elements. */
    public float[] toFloatArray() {
        FloatBuffer floats = data().asFloatBuffer();
        float[] copy = new float[floats.remaining()];
        floats.get(copy);
        return copy;
    }

    /** A copy of this matrix with rows and columns exchanged. */
    public FloatTensor transposed() {
        if (shape.dimension() != 2) {
            throw new IllegalArgumentException(
                    "Only a matrix can be transposed, not shape " + shape + ".");
        }
        int rows = Math.toIntExact(shape.get(0));
        int columns = Math.toIntExact(shape.get(1));
        FloatBuffer in = data().asFloatBuffer();
        ByteBuffer turned = ByteBuffer.allocate(data.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        FloatBuffer out = turned.asFloatBuffer();
        for (int c = 0; c < columns; c++) {
            for (int r = 0; r < rows; r++) {
                out.put(in.get(r * columns + c));
            }
        }
        return new FloatTensor(new Shape(columns, rows), turned);
    }
}
