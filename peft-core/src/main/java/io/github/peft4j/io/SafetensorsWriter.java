package io.github.peft4j.io;

import ai.djl.ndarray.NDArray;
import com.google.common.base.Joiner;
import com.google.common.base.Strings;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import com.google.common.primitives.Longs;
import com.google.common.primitives.UnsignedBytes;
import io.github.peft4j.exception.MalformedTensorFileException;
import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.io.file.FileContent;
import io.github.peft4j.io.file.Utf8;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Writes safetensors files. Equal content gives equal bytes, the bytes that {@code
 * safetensors.torch.save_file} writes: tensors sorted by type (widest first), then by name in
 * UTF-8; compact JSON with {@code __metadata__} in front; spaces up to a multiple of eight bytes.
 *
 * <p>Metadata of several keys are sorted by key; Python writes those in random order.
 */
public final class SafetensorsWriter {

    private static final int LONGEST_HEADER = 100_000_000;
    private static final int SMALLEST_PLAIN = 0x20;

    private static final Comparator<String> BY_UTF8 =
            Comparator.comparing(Utf8::encode, UnsignedBytes.lexicographicalComparator());

    private static final Comparator<Map.Entry<String, TensorView>> IN_FILE =
            Map.Entry.<String, TensorView>comparingByValue(
                            Comparator.comparing(TensorView::dtype).reversed())
                    .thenComparing(Map.Entry.comparingByKey(BY_UTF8));

    private SafetensorsWriter() {}

    /**
     * Writes a file, or leaves an old one as it was if that fails. Tensors go to disk one after the
     * other, without a copy of the whole.
     *
     * @param metadata texts for {@code __metadata__}, which is left out if there are none; Python
     *     writes {@code format = pt}
     * @throws IllegalArgumentException if a tensor is called {@code __metadata__}, a name is no
     *     Unicode, or the header would be over 100 MB
     */
    public static void write(
            Path file, Map<String, ? extends TensorView> tensors, Map<String, String> metadata)
            throws IOException {
        AtomicFiles.write(file, content(tensors, metadata));
    }

    /** Writes arrays: {@link #write} of {@link TensorView#of(Map)}. */
    public static void writeArrays(
            Path file, Map<String, NDArray> arrays, Map<String, String> metadata)
            throws IOException {
        write(file, TensorView.of(arrays), metadata);
    }

    /**
     * A file's content, to be written together with other files by {@link AtomicFiles}. Arguments
     * are checked at once.
     *
     * @throws IllegalArgumentException as {@link #write}
     */
    public static FileContent content(
            Map<String, ? extends TensorView> tensors, Map<String, String> metadata) {
        List<Map.Entry<String, TensorView>> inFile =
                ImmutableMap.<String, TensorView>copyOf(tensors).entrySet().stream()
                        .sorted(IN_FILE)
                        .toList();
        byte[] header = header(inFile, metadata);
        return out -> {
            ByteBuffer start = ByteBuffer.allocate(Long.BYTES + header.length);
            start.order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header).flip();
            while (start.hasRemaining()) {
                out.write(start);
            }
            for (Map.Entry<String, TensorView> tensor : inFile) {
                writeTensor(tensor.getKey(), tensor.getValue(), out);
            }
        };
    }

    /** How many bytes a file of these tensors has. */
    public static long size(
            Map<String, ? extends TensorView> tensors, Map<String, String> metadata) {
        List<Map.Entry<String, TensorView>> inFile =
                ImmutableMap.<String, TensorView>copyOf(tensors).entrySet().stream()
                        .sorted(IN_FILE)
                        .toList();
        long size = (long) Long.BYTES + header(inFile, metadata).length;
        for (TensorView tensor : tensors.values()) {
            size = Math.addExact(size, tensor.dtype().bytes(tensor.shape()));
        }
        return size;
    }

    private static void writeTensor(String name, TensorView tensor, WritableByteChannel out)
            throws IOException {
        CountingChannel counted = new CountingChannel(out);
        tensor.writeTo(counted);
        long expected = tensor.dtype().bytes(tensor.shape());
        if (counted.count() != expected) {
            throw new IOException(
                    "the tensor "
                            + MalformedTensorFileException.quote(name)
                            + " gave "
                            + counted.count()
                            + " bytes, but "
                            + tensor.dtype()
                            + " "
                            + tensor.shape()
                            + " takes "
                            + expected);
        }
    }

    private static byte[] header(
            List<Map.Entry<String, TensorView>> inFile, Map<String, String> metadata) {
        StringBuilder json = new StringBuilder("{");
        if (!metadata.isEmpty()) {
            json.append('"').append(SafetensorsHeader.METADATA).append("\":{");
            String separator = "";
            for (Map.Entry<String, String> text :
                    ImmutableSortedMap.copyOf(metadata, BY_UTF8).entrySet()) {
                appendQuoted(json.append(separator), text.getKey());
                appendQuoted(json.append(':'), text.getValue());
                separator = ",";
            }
            json.append('}');
        }
        long offset = 0;
        for (Map.Entry<String, TensorView> tensor : inFile) {
            if (tensor.getKey().equals(SafetensorsHeader.METADATA)) {
                throw new IllegalArgumentException(
                        "No tensor can be called __metadata__, which the format keeps for texts."
                                + " Rename it.");
            }
            offset = appendTensor(json, tensor.getKey(), tensor.getValue(), offset);
        }
        byte[] text = Utf8.encode(json.append('}').toString());
        int padded = (text.length + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
        if (padded > LONGEST_HEADER) {
            throw new IllegalArgumentException(
                    inFile.size()
                            + " tensors need a header of "
                            + padded
                            + " bytes, and at most 100 MB are allowed. Write several files.");
        }
        return Utf8.encode(
                Strings.padEnd(json.toString(), json.length() + padded - text.length, ' '));
    }

    private static long appendTensor(
            StringBuilder json, String name, TensorView tensor, long offset) {
        long end = Math.addExact(offset, tensor.dtype().bytes(tensor.shape()));
        if (json.length() > 1) {
            json.append(',');
        }
        appendQuoted(json, name);
        json.append(":{\"dtype\":\"").append(tensor.dtype()).append("\",\"shape\":[");
        Joiner.on(',').appendTo(json, Longs.asList(tensor.shape().getShape()));
        json.append("],\"data_offsets\":[").append(offset).append(',').append(end).append("]}");
        return end;
    }

    /** Quotes as the reference writer does; Gson would also escape U+2028 and U+2029. */
    private static void appendQuoted(StringBuilder json, String text) {
        Utf8.requireEncodable(text);
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> json.append('\\').append(c);
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (c < SMALLEST_PLAIN) {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }

    /** Passes bytes on and counts them. Closing it leaves the channel behind it open. */
    private static final class CountingChannel implements WritableByteChannel {

        private final WritableByteChannel out;
        private long count;

        CountingChannel(WritableByteChannel out) {
            this.out = out;
        }

        long count() {
            return count;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            int written = out.write(source);
            count += written;
            return written;
        }

        @Override
        public boolean isOpen() {
            return out.isOpen();
        }

        @Override
        public void close() {}
    }
}
