package io.github.peft4j.store;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import io.github.peft4j.internal.text.Text;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.io.TensorView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** Looks for NaN and infinite numbers in the bytes of a tensor, which come in pieces. */
public final class NonFiniteCheck implements WritableByteChannel {

    private static final int SHOWN = 5;

    private final int size;
    private final long ones;
    private final ByteBuffer rest;
    private boolean found;

    NonFiniteCheck(Dtype dtype) {
        size =
                switch (dtype) {
                    case F64 -> Double.BYTES;
                    case F32 -> Float.BYTES;
                    case F16, BF16 -> Short.BYTES;
                    default -> 0;
                };
        // The exponent's bits, all of which are set in such numbers alone.
        ones =
                switch (dtype) {
                    case F64 -> 0x7ff0_0000_0000_0000L;
                    case F32 -> 0x7f80_0000L;
                    case F16 -> 0x7c00L;
                    default -> 0x7f80L;
                };
        rest = ByteBuffer.allocate(Math.max(size, 1)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Warns of the tensors that hold such numbers, if some do.
     *
     * @param source what they are the tensors of, for the text
     */
    public static Optional<String> warning(
            String source, Set<String> names, Function<String, TensorView> tensors)
            throws IOException {
        ImmutableList.Builder<String> bad = ImmutableList.builder();
        for (String name : new TreeSet<>(names)) {
            TensorView tensor = tensors.apply(name);
            NonFiniteCheck check = new NonFiniteCheck(tensor.dtype());
            if (check.size > 0) {
                tensor.writeTo(check);
            }
            if (check.found()) {
                bad.add(name);
            }
        }
        return warning(source, bad.build());
    }

    static Optional<String> warning(String source, ImmutableList<String> bad) {
        return bad.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "%s has NaN or infinite numbers in %d tensors, such as %s. Results will be NaN too: get the file again, or train with a smaller learning rate."
                                .formatted(
                                        source, bad.size(), Text.of(Iterables.limit(bad, SHOWN))));
    }

    boolean found() {
        return found;
    }

    @Override
    public int write(ByteBuffer bytes) {
        int length = bytes.remaining();
        look(bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN));
        bytes.position(bytes.limit());
        return length;
    }

    /** Looks at a piece and leaves it as it is. */
    void look(ByteBuffer bytes) {
        if (size == 0 || found) {
            return;
        }
        while (rest.position() > 0 && bytes.hasRemaining()) {
            rest.put(bytes.get());
            if (!rest.hasRemaining()) {
                found = isBad(rest, 0);
                rest.clear();
            }
        }
        int at = bytes.position();
        for (; at + size <= bytes.limit(); at += size) {
            if (isBad(bytes, at)) {
                found = true;
                return;
            }
        }
        bytes.position(at);
        rest.put(bytes);
    }

    private boolean isBad(ByteBuffer bytes, int at) {
        long bits =
                switch (size) {
                    case Double.BYTES -> bytes.getLong(at);
                    case Float.BYTES -> bytes.getInt(at);
                    default -> bytes.getShort(at);
                };
        return (bits & ones) == ones;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
