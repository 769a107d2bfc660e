package io.github.peft4j.io;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/**
 * A float32 array written as bfloat16: each number rounded to the nearest, ties to even, as PyTorch
 * does.
 */
record Bfloat16Tensor(NDArray array) implements TensorView {

    @Override
    public Dtype dtype() {
        return Dtype.BF16;
    }

    @Override
    public Shape shape() {
        return array.getShape();
    }

    @Override
    public void writeTo(WritableByteChannel out) throws IOException {
        float[] values = array.toFloatArray();
        ByteBuffer bytes =
                ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putShort(narrow(value));
        }
        bytes.flip();
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /** The bits of the nearest bfloat16. */
    static short narrow(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> Short.SIZE) | 0x40); // keep a NaN a NaN
        }
        int roundToEven = 0x7fff + ((bits >>> Short.SIZE) & 1);
        return (short) ((bits + roundToEven) >>> Short.SIZE);
    }
}
