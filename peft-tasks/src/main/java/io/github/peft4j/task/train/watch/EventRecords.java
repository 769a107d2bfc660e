package io.github.peft4j.task.train.watch;

import com.google.common.primitives.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Bytes of TensorBoard's event files: records of TensorFlow around messages of Protocol Buffers.
 *
 * <p>A record is the length of its data (8 bytes, lowest first), a checksum of these, the data, and
 * a checksum of the data. A checksum is CRC-32C, turned right by 15 bits, plus 0xa282ead8.
 *
 * @see <a
 *     href="https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto">event.proto</a>
 * @see <a
 *     href="https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/summary.proto">summary.proto</a>
 */
final class EventRecords {

    private static final String VERSION = "brain.Event:2";
    private static final int MASK = 0xa282ead8;
    private static final int TURN = 15;

    // Kinds of fields of Protocol Buffers.
    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int LENGTH = 2;
    private static final int FOUR_BYTES = 5;

    // Numbers of fields in event.proto and summary.proto.
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    private static final int VALUE = 1;
    private static final int TAG = 1;
    private static final int SIMPLE_VALUE = 2;
    private static final int STATUS = 1;
    private static final int START = 1;

    private EventRecords() {}

    /** The first record of a file. */
    static byte[] version(double wallTime) {
        return record(
                Bytes.concat(
                        time(wallTime),
                        block(FILE_VERSION, VERSION.getBytes(StandardCharsets.US_ASCII))));
    }

    /** Takes back what earlier files have from this step on. */
    static byte[] purge(double wallTime, long step) {
        return record(
                Bytes.concat(
                        time(wallTime),
                        whole(STEP, step),
                        block(SESSION_LOG, whole(STATUS, START))));
    }

    /** A number at a step. */
    static byte[] scalar(double wallTime, long step, String tag, float value) {
        byte[] number =
                buffer(Float.BYTES + 1).put(key(SIMPLE_VALUE, FOUR_BYTES)).putFloat(value).array();
        byte[] content = Bytes.concat(block(TAG, tag.getBytes(StandardCharsets.UTF_8)), number);
        return record(
                Bytes.concat(
                        time(wallTime), whole(STEP, step), block(SUMMARY, block(VALUE, content))));
    }

    private static byte[] record(byte[] data) {
        byte[] length = buffer(Long.BYTES).putLong(data.length).array();
        return buffer(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
                .put(length)
                .putInt(checksum(length))
                .put(data)
                .putInt(checksum(data))
                .array();
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return Integer.rotateRight((int) crc.getValue(), TURN) + MASK;
    }

    private static byte[] time(double seconds) {
        return buffer(Double.BYTES + 1).put(key(WALL_TIME, EIGHT_BYTES)).putDouble(seconds).array();
    }

    /** A whole number from 0; zero is not written. */
    private static byte[] whole(int field, long number) {
        return number == 0
                ? new byte[0]
                : Bytes.concat(new byte[] {key(field, VARINT)}, varint(number));
    }

    private static byte[] block(int field, byte[] content) {
        return Bytes.concat(new byte[] {key(field, LENGTH)}, varint(content.length), content);
    }

    private static byte key(int field, int kind) {
        return (byte) ((field << 3) | kind);
    }

    /** Seven bits a byte, the lowest first; the highest bit says that more come. */
    private static byte[] varint(long number) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long rest = number;
        while (rest > 0x7f) {
            bytes.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
        return bytes.toByteArray();
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
