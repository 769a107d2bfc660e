package io.github.peft4j.store;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.primitives.Longs;
import io.github.peft4j.io.TensorView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Tensors in one number: the SHA-256 of their names, types, shapes and bytes, by name. The order in
 * a file, the number of files and their metadata make no difference.
 */
public final class TensorFingerprint {

    private static final String KIND = "sha256:";

    private TensorFingerprint() {}

    /**
     * Computes it: {@code sha256:} and 64 hexadecimal digits.
     *
     * @param tensors gives the tensor of a name
     * @throws IOException if a tensor cannot be read
     */
    public static String of(Set<String> names, Function<String, TensorView> tensors)
            throws IOException {
        return read(names, tensors).fingerprint();
    }

    /**
     * What reading all tensors once says.
     *
     * @param notFinite those that hold NaN or infinite numbers
     */
    record Reading(String fingerprint, ImmutableList<String> notFinite) {}

    static Reading read(Set<String> names, Function<String, TensorView> tensors)
            throws IOException {
        Hasher hasher = Hashing.sha256().newHasher();
        ImmutableList.Builder<String> notFinite = ImmutableList.builder();
        for (String name : new TreeSet<>(names)) {
            TensorView tensor = tensors.apply(name);
            String shape = Joiner.on(',').join(Longs.asList(tensor.shape().getShape()));
            String head = name + '\0' + tensor.dtype() + '\0' + shape + '\n';
            hasher.putString(head, StandardCharsets.UTF_8);
            NonFiniteCheck check = new NonFiniteCheck(tensor.dtype());
            tensor.writeTo(new Sink(hasher, check));
            if (check.found()) {
                notFinite.add(name);
            }
        }
        return new Reading(KIND + hasher.hash(), notFinite.build());
    }

    /** A channel into the hash. */
    private record Sink(Hasher hasher, NonFiniteCheck check) implements WritableByteChannel {

        @Override
        public int write(ByteBuffer bytes) {
            int length = bytes.remaining();
            check.look(bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN));
            hasher.putBytes(bytes);
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
