package io.github.peft4j.store;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.MapDifference;
import com.google.common.collect.Maps;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.primitives.Longs;
import io.github.peft4j.internal.text.Text;
import io.github.peft4j.io.TensorView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tensors in one number, or each in its own: the SHA-256 of names, types, shapes and bytes. The
 * order in a file, the number of files and their metadata make no difference.
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
     * A fingerprint of each tensor, by its name: {@code sha256:} and 64 hexadecimal digits, over
     * its type, shape and bytes.
     *
     * @param tensors gives the tensor of a name
     * @throws IOException if a tensor cannot be read
     */
    public static SortedMap<String, String> ofEach(
            Set<String> names, Function<String, TensorView> tensors) throws IOException {
        ImmutableSortedMap.Builder<String, String> each = ImmutableSortedMap.naturalOrder();
        for (String name : new TreeSet<>(names)) {
            TensorView tensor = tensors.apply(name);
            Hasher hasher = Hashing.sha256().newHasher();
            hasher.putString(form(tensor), StandardCharsets.UTF_8);
            tensor.writeTo(new Sink(hasher, null));
            each.put(name, KIND + hasher.hash());
        }
        return each.buildOrThrow();
    }

    /**
     * Whether tensors are those of a passport, and if not, in words which of them are others.
     *
     * @return nothing if they are, or if the passport has no fingerprint
     * @throws IOException if a tensor cannot be read
     */
    public static Optional<String> differences(
            AdapterPassport written, Set<String> names, Function<String, TensorView> tensors)
            throws IOException {
        Optional<String> print = written.adapterFingerprint();
        if (print.isEmpty() || print.orElseThrow().equals(of(names, tensors))) {
            return Optional.empty();
        }
        Map<String, String> before = written.adapterTensors();
        if (before.isEmpty()) {
            return Optional.of("");
        }
        MapDifference<String, String> difference = Maps.difference(before, ofEach(names, tensors));
        ImmutableList.Builder<String> parts = ImmutableList.builder();
        add(parts, "changed", difference.entriesDiffering().keySet());
        add(parts, "missing", difference.entriesOnlyOnLeft().keySet());
        add(parts, "new", difference.entriesOnlyOnRight().keySet());
        return Optional.of(Joiner.on("; ").join(parts.build()));
    }

    private static void add(ImmutableList.Builder<String> parts, String what, Set<String> names) {
        if (!names.isEmpty()) {
            parts.add(what + ": " + Text.of(new TreeSet<>(names)));
        }
    }

    private static String form(TensorView tensor) {
        return tensor.dtype()
                + "\0"
                + Joiner.on(',').join(Longs.asList(tensor.shape().getShape()))
                + "\n";
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
            hasher.putString(name + '\0' + form(tensor), StandardCharsets.UTF_8);
            NonFiniteCheck check = new NonFiniteCheck(tensor.dtype());
            tensor.writeTo(new Sink(hasher, check));
            if (check.found()) {
                notFinite.add(name);
            }
        }
        return new Reading(KIND + hasher.hash(), notFinite.build());
    }

    /** A channel into the hash, and into a look at the numbers if one is wanted. */
    private record Sink(Hasher hasher, @Nullable NonFiniteCheck check)
            implements WritableByteChannel {

        @Override
        public int write(ByteBuffer bytes) {
            int length = bytes.remaining();
            if (check != null) {
                check.look(bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN));
            }
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
