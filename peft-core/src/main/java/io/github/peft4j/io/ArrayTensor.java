package io.github.peft4j.io;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.ops.TensorOps;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** The bytes of an array. */
final class ArrayTensor implements TensorView {

    private final NDArray array;
    private final Dtype dtype;

    ArrayTensor(NDArray array) {
        if (array.isSparse()) {
            throw new IllegalArgumentException(
                    "A sparse array "
                            + array.getShape()
                            + " cannot be written, safetensors holds dense ones only. Call"
                            + " toDense() first.");
        }
        this.array = array;
        this.dtype =
                Dtype.of(array.getDataType())
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "An array of type "
                                                        + array.getDataType()
                                                        + " cannot be written from Java. Make it"
                                                        + " FLOAT32, or pass a TensorView that"
                                                        + " writes its bytes."));
    }

    @Override
    public Dtype dtype() {
        return dtype;
    }

    @Override
    public Shape shape() {
        return array.getShape();
    }

    @Override
    public void writeTo(WritableByteChannel out) throws IOException {
        if (array.getDevice().equals(Device.cpu())) {
            write(array, out);
        } else {
            try (NDArray copy = TensorOps.detachedTo(array, Device.cpu())) {
                write(copy, out);
            }
        }
    }

    private static void write(NDArray onCpu, WritableByteChannel out) throws IOException {
        ArrayMemory.forEachPiece(
                onCpu, ArrayMemory.ELEMENTS_A_PIECE, (first, memory) -> writeAll(memory, out));
    }

    private static void writeAll(ByteBuffer bytes, WritableByteChannel out) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
