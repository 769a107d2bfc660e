package io.github.peft4j.examples.data;

import ai.djl.MalformedModelException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Walks over the fields of one protobuf message. Knows the wire format only: {@link #next} moves to
 * a field, then exactly one of the getters or {@link #skip} takes its value. A message inside is
 * read by a new reader over {@link #bytes}.
 */
final class ProtoReader {

    /** Wire type of a number: seven bits a byte, lowest first. */
    static final int VARINT = 0;

    /** Wire type of eight raw bytes. */
    private static final int FIXED64 = 1;

    /** Wire type of strings, bytes, messages and packed numbers. */
    static final int LENGTH_DELIMITED = 2;

    /** Wire type of four raw bytes. */
    private static final int FIXED32 = 5;

    private final ByteBuffer in;
    private int field;
    private int wire;

    ProtoReader(ByteBuffer message) {
        in = message.slice();
    }

    /** Moves to the next field; false at the end of the message. */
    boolean next() throws MalformedModelException {
        if (!in.hasRemaining()) {
            return false;
        }
        long key = rawVarint();
        field = (int) (key >>> 3);
        wire = (int) (key & 7);
        if (key >>> 3 == 0 || key >>> 32 != 0) {
            throw broken("field number " + (key >>> 3));
        }
        return true;
    }

    /** Number of the current field. */
    int field() {
        return field;
    }

    /** Wire type of the current field. */
    int wire() {
        return wire;
    }

    /** The current field as a number. */
    long varint() throws MalformedModelException {
        expect(VARINT);
        return rawVarint();
    }

    /** The current field's bytes, shared with the message. */
    ByteBuffer bytes() throws MalformedModelException {
        expect(LENGTH_DELIMITED);
        return take(rawVarint());
    }

    /** The current field as text. */
    String string() throws MalformedModelException {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    /** Passes over the current field, whatever it is. */
    void skip() throws MalformedModelException {
        switch (wire) {
            case VARINT -> rawVarint();
            case FIXED64 -> take(Long.BYTES);
            case LENGTH_DELIMITED -> take(rawVarint());
            case FIXED32 -> take(Integer.BYTES);
            default -> throw broken("wire type " + wire);
        }
    }

    /** One number of a packed list, or whatever bare varint stands at the position. */
    long rawVarint() throws MalformedModelException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (!in.hasRemaining()) {
                throw broken("a number that is cut off");
            }
            byte b = in.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw broken("a number of more than 64 bits");
    }

    /** Whether anything is left. */
    boolean hasRemaining() {
        return in.hasRemaining();
    }

    private ByteBuffer take(long length) throws MalformedModelException {
        if (length < 0 || length > in.remaining()) {
            throw broken("a length of " + length + " where " + in.remaining() + " bytes are left");
        }
        ByteBuffer part = in.slice(in.position(), (int) length);
        in.position(in.position() + (int) length);
        return part;
    }

    private void expect(int wanted) throws MalformedModelException {
        if (wire != wanted) {
            throw broken("field " + field + " with wire type " + wire + ", expected " + wanted);
        }
    }

    private MalformedModelException broken(String what) {
        return new MalformedModelException(
                "Not a protobuf message: "
                        + what
                        + " before byte "
                        + in.position()
                        + " of "
                        + in.limit()
                        + ". The file is cut off or is no ONNX model; fetch it again.");
    }
}
