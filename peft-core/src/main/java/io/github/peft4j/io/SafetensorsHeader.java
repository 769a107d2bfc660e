package io.github.peft4j.io;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.gson.stream.MalformedJsonException;
import io.github.peft4j.exception.MalformedTensorFileException;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.json.StrictJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the JSON at the start of a safetensors file says, checked against the rules of the format:
 * every tensor's bytes fit its type and shape, and together they cover the data without gap or
 * overlap.
 *
 * <p>Where the reference reader takes a broken header in silence, this one refuses it: a key that
 * stands there twice, an entry written as a list, and an empty tensor whose other sizes overflow.
 *
 * @param tensors in the order of their data
 */
record SafetensorsHeader(
        ImmutableMap<String, String> metadata, ImmutableMap<String, TensorEntry> tensors) {

    /** The key that is no tensor. */
    static final String METADATA = "__metadata__";

    private static final Comparator<TensorEntry> BY_PLACE =
            Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::end);

    /**
     * Parses and checks.
     *
     * @param dataStart where the tensors' bytes start in the file
     * @param fileSize where they must end
     * @throws MalformedJsonException if anything is wrong; the text names entry, value and rule
     */
    static SafetensorsHeader parse(String json, long dataStart, long fileSize) throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        List<TensorEntry> entries = new ArrayList<>();
        StrictJson in = new StrictJson(json);
        in.object(
                name -> {
                    if (name.equals(METADATA)) {
                        readMetadata(in, metadata);
                    } else {
                        entries.add(new EntryFields(name).read(in, dataStart, fileSize));
                    }
                });
        in.end();
        entries.sort(BY_PLACE);
        requireCover(entries, dataStart, fileSize);
        ImmutableMap.Builder<String, TensorEntry> tensors = ImmutableMap.builder();
        entries.forEach(entry -> tensors.put(entry.name(), entry));
        return new SafetensorsHeader(ImmutableMap.copyOf(metadata), tensors.buildOrThrow());
    }

    private static void readMetadata(StrictJson in, Map<String, String> metadata)
            throws IOException {
        if (!in.skipNull()) {
            in.object(key -> metadata.put(key, in.string()));
        }
    }

    private static void requireCover(List<TensorEntry> byPlace, long dataStart, long fileSize)
            throws IOException {
        long covered = dataStart;
        for (TensorEntry entry : byPlace) {
            if (entry.begin() != covered) {
                throw broken(
                        entry.name(),
                        "its data start at byte "
                                + (entry.begin() - dataStart)
                                + ", but those of the tensors before it end at "
                                + (covered - dataStart)
                                + "; there must be no gap and no overlap");
            }
            covered = entry.end();
        }
        if (covered != fileSize) {
            throw new MalformedJsonException(
                    "the header describes "
                            + (covered - dataStart)
                            + " bytes of tensor data, but the file holds "
                            + (fileSize - dataStart));
        }
    }

    private static MalformedJsonException broken(String name, String problem) {
        return new MalformedJsonException(
                "tensor " + MalformedTensorFileException.quote(name) + ": " + problem);
    }

    /** The fields of one entry while they come in, in any order. */
    private static final class EntryFields {

        private final String name;
        private @Nullable Dtype dtype;
        private long @Nullable [] shape;
        private long @Nullable [] offsets;

        EntryFields(String name) {
            this.name = name;
        }

        TensorEntry read(StrictJson in, long dataStart, long fileSize) throws IOException {
            in.object(
                    field -> {
                        switch (field) {
                            case "dtype" -> dtype = readDtype(in);
                            case "shape" -> shape = readNumbers(in);
                            case "data_offsets" -> offsets = readNumbers(in);
                            default -> in.skip();
                        }
                    });
            if (dtype == null || shape == null || offsets == null) {
                throw broken(name, "each of dtype, shape and data_offsets must be there");
            }
            return check(dtype, new Shape(shape), offsets, dataStart, fileSize);
        }

        private Dtype readDtype(StrictJson in) throws IOException {
            String text = in.string();
            Optional<Dtype> known = Dtype.of(text);
            if (known.isEmpty()) {
                throw broken(
                        name,
                        "the dtype "
                                + MalformedTensorFileException.quote(text)
                                + " is none of "
                                + List.of(Dtype.values()));
            }
            return known.get();
        }

        private long[] readNumbers(StrictJson in) throws IOException {
            List<Long> numbers = new ArrayList<>();
            try {
                in.array(() -> numbers.add(in.unsigned()));
            } catch (MalformedJsonException e) {
                MalformedJsonException named = broken(name, JsonReasons.of(e));
                named.initCause(e);
                throw named;
            }
            return numbers.stream().mapToLong(Long::longValue).toArray();
        }

        private TensorEntry check(
                Dtype type, Shape size, long[] offsets, long dataStart, long fileSize)
                throws IOException {
            if (offsets.length != 2) {
                throw broken(name, "data_offsets holds " + offsets.length + " numbers, not 2");
            }
            long begin = offsets[0];
            long end = offsets[1];
            if (begin > end || end > fileSize - dataStart) {
                throw broken(
                        name,
                        String.format(
                                "data_offsets [%d, %d] must rise and stay within the %d bytes of"
                                        + " data",
                                begin, end, fileSize - dataStart));
            }
            long needed;
            try {
                needed = type.bytes(size);
            } catch (ArithmeticException e) {
                MalformedJsonException named =
                        broken(name, type + " " + size + " is no possible size: " + e.getMessage());
                named.initCause(e);
                throw named;
            }
            if (end - begin != needed) {
                throw broken(
                        name,
                        String.format(
                                "data_offsets [%d, %d] hold %d bytes, but %s %s takes %d",
                                begin, end, end - begin, type, size, needed));
            }
            return new TensorEntry(name, type, size, dataStart + begin, dataStart + end);
        }
    }
}
