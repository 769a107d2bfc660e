package io.github.peft4j.examples.data;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An initializer (TensorProto) of an ONNX graph, still in the file's own layout.
 *
 * @param name the graph's name for it
 * @param dataType ONNX's number of the element type
 * @param shape sizes as stored
 * @param rawData little-endian elements, or null if the file keeps them in another form
 */
record OnnxTensor(String name, int dataType, Shape shape, @Nullable ByteBuffer rawData) {

    /** Element type float32. */
    static final int FLOAT = 1;

    /** Element type int64: shapes and positions, never a weight. */
    static final int INT64 = 7;

    static OnnxTensor parse(ByteBuffer message) throws MalformedModelException {
        List<Long> dims = new ArrayList<>();
        int dataType = 0;
        String name = "";
        ByteBuffer rawData = null;
        ProtoReader in = new ProtoReader(message);
        while (in.next()) {
            switch (in.field()) {
                case 1 -> readDims(in, dims);
                case 2 -> dataType = (int) in.varint();
                case 8 -> name = in.string();
                case 9 -> rawData = in.bytes();
                default -> in.skip();
            }
        }
        return new OnnxTensor(name, dataType, shape(name, dims), rawData);
    }

    private static Shape shape(String name, List<Long> dims) throws MalformedModelException {
        long[] sizes = new long[dims.size()];
        long count = 1;
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = dims.get(i);
            if (sizes[i] < 0 || sizes[i] > Integer.MAX_VALUE || count > Integer.MAX_VALUE) {
                throw new MalformedModelException(
                        "ONNX tensor '"
                                + name
                                + "' has the sizes "
                                + dims
                                + ", which no tensor in a file of 2 GB can have.");
            }
            count *= sizes[i];
        }
        return new Shape(sizes);
    }

    private static void readDims(ProtoReader in, List<Long> dims) throws MalformedModelException {
        if (in.wire() == ProtoReader.VARINT) {
            dims.add(in.varint());
            return;
        }
        ProtoReader packed = new ProtoReader(in.bytes());
        while (packed.hasRemaining()) {
            dims.add(packed.rawVarint());
        }
    }

    /** The elements as float32, in the file's own orientation. */
    FloatTensor toFloatTensor() throws MalformedModelException {
        if (dataType != FLOAT) {
            throw new MalformedModelException(
                    "ONNX tensor '"
                            + name
                            + "' has element type "
                            + dataType
                            + "; only 1 (float32) is read. Take the float32 export of the model.");
        }
        if (rawData == null) {
            throw new MalformedModelException(
                    "ONNX tensor '"
                            + name
                            + "' has no raw_data: its elements are in float_data or in a file of"
                            + " their own. Take an export with the weights inside as raw data.");
        }
        try {
            return new FloatTensor(shape, rawData);
        } catch (IllegalArgumentException e) {
            throw new MalformedModelException("ONNX tensor '" + name + "': " + e.getMessage(), e);
        }
    }
}
