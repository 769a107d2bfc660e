package io.github.peft4j.io;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.common.primitives.Shorts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/** An INT64 array written as 16-bit integers, which DJL cannot hold. */
record ShortTensor(NDArray array) implements TensorView {

    @Override
    public Dtype dtype() {
        return Dtype.I16;
    }

    @Override
    public Shape shape() {
        return array.getShape();
    }

    @Override
    public void writeTo(WritableByteChannel out) throws IOException {
        long[] values = array.toLongArray();
        ByteBuffer bytes =
                ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            bytes.putShort(Shorts.checkedCast(value));
        }
        bytes.flip();
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
