package io.github.peft4j.io;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The element types of a safetensors file. Constants carry the names that stand in the file, in the
 * order by which the reference writer sorts tensors (later ones come first).
 */
public enum Dtype {
    /** One byte, 0 or 1. */
    BOOL(8, DataType.BOOLEAN),
    /** Two 4-bit floats a byte. */
    F4(4),
    /** A 6-bit float with 2 exponent bits. */
    F6_E2M3(6),
    /** A 6-bit float with 3 exponent bits. */
    F6_E3M2(6),
    /** Unsigned, one byte. */
    U8(8, DataType.UINT8),
    /** Signed, one byte. */
    I8(8, DataType.INT8),
    /** An 8-bit float with 5 exponent bits. */
    F8_E5M2(8),
    /** An 8-bit float with 4 exponent bits. */
    F8_E4M3(8),
    /** An 8-bit power of two. */
    F8_E8M0(8),
    /** As F8_E4M3, without infinities and negative zero. */
    F8_E4M3FNUZ(8),
    /** As F8_E5M2, without infinities and negative zero. */
    F8_E5M2FNUZ(8),
    /** Signed, two bytes; DJL aborts the JVM on it. */
    I16(16),
    /** Unsigned, two bytes. */
    U16(16),
    /** Half precision. */
    F16(16, DataType.FLOAT16),
    /** The upper half of a float32; DJL aborts the JVM on it. */
    BF16(16),
    /** Signed, four bytes. */
    I32(32, DataType.INT32),
    /** Unsigned, four bytes. */
    U32(32),
    /** Single precision. */
    F32(32, DataType.FLOAT32),
    /** Two float32, real and imaginary part. */
    C64(64),
    /** Double precision. */
    F64(64, DataType.FLOAT64),
    /** Signed, eight bytes. */
    I64(64, DataType.INT64),
    /** Unsigned, eight bytes. */
    U64(64);

    private final int bits;
    private final @Nullable DataType dataType;

    Dtype(int bits) {
        this(bits, null);
    }

    Dtype(int bits, @Nullable DataType dataType) {
        this.bits = bits;
        this.dataType = dataType;
    }

    /** Bits an element; below 8 for F4 and F6. */
    public int bits() {
        return bits;
    }

    /** The DJL type that holds these values as they are; empty if DJL has none that is safe. */
    public Optional<DataType> dataType() {
        return Optional.ofNullable(dataType);
    }

    /**
     * The type of the array that {@link SafetensorsReader#load} makes of it: {@link #dataType()},
     * but F16 and BF16 become FLOAT32, and I16 INT32, exactly. Empty if it cannot be loaded.
     */
    public Optional<DataType> loadedType() {
        return switch (this) {
            case F16, BF16 -> Optional.of(DataType.FLOAT32);
            case I16 -> Optional.of(DataType.INT32);
            default -> dataType();
        };
    }

    /** Whether loading turns its 16 bits into 32. */
    boolean isWidened() {
        return this == F16 || this == BF16 || this == I16;
    }

    /**
     * How many bytes a tensor of this type and shape takes.
     *
     * @throws ArithmeticException if that is no whole number or more than a long can hold; sizes of
     *     0 count as 1 for this, since strides overflow on their neighbours
     */
    public long bytes(Shape shape) {
        long elements = 1;
        boolean empty = false;
        for (long size : shape.getShape()) {
            empty |= size == 0;
            elements = Math.multiplyExact(elements, Math.max(size, 1));
        }
        long total = Math.multiplyExact(elements, bits);
        if (empty) {
            return 0;
        }
        if (total % Byte.SIZE != 0) {
            throw new ArithmeticException(total + " bits are no whole number of bytes");
        }
        return total / Byte.SIZE;
    }

    /** The type with this name in a file, in exactly this spelling. */
    public static Optional<Dtype> of(String name) {
        for (Dtype dtype : values()) {
            if (dtype.name().equals(name)) {
                return Optional.of(dtype);
            }
        }
        return Optional.empty();
    }

    /** The type under which arrays of a DJL type are written. */
    public static Optional<Dtype> of(DataType dataType) {
        for (Dtype dtype : values()) {
            if (dtype.dataType == dataType) {
                return Optional.of(dtype);
            }
        }
        return Optional.empty();
    }
}
