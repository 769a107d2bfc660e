package io.github.peft4j.task.data.chat.read;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.task.data.read.RowFormat;
import io.github.peft4j.task.data.read.RowReader;
import io.github.peft4j.task.data.read.Rows;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads conversations, in whichever {@link ChatFormat} the fields tell.
 *
 * <p>{@code human} is read as {@code user}, {@code gpt} and {@code model} as {@code assistant},
 * {@code function} and {@code observation} as {@code tool}. A field {@code system} is the first
 * message. Content in parts is joined; parts that are no text are refused. All rows must have one
 * format. Turns may come in any order that the model's chat template takes.
 *
 * @param rows how the file is cut into rows; null for JSON lines or a JSON array, told by the first
 *     character
 * @param roles further names of roles, each with the role that it means
 * @param split the split to read, as the column {@code split} names it; null for all rows
 * @param skipBadRows whether a bad row is counted and left out instead of refusing the file
 */
public record ConversationReader(
        @Nullable RowFormat rows,
        Map<String, String> roles,
        @Nullable String split,
        boolean skipBadRows) {

    private static final Logger LOG = LoggerFactory.getLogger(ConversationReader.class);

    /** Bytes that may be blank before the first sign of a JSON file. */
    private static final int LOOK = 8192;

    /** Copies the collections. */
    public ConversationReader {
        roles = ImmutableMap.copyOf(roles);
    }

    /**
     * Reads a file.
     *
     * @throws IOException if the file cannot be read or a row is no conversation; the text names
     *     file and line, the row's fields and what is understood
     */
    public Conversations read(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            return read(bytes, file.toString());
        }
    }

    /**
     * Reads a file that is no {@link Path}, such as a resource in a jar; the caller closes it.
     *
     * @param name what errors call it
     * @throws IOException as {@link #read(Path)}
     */
    public Conversations read(InputStream bytes, String name) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(bytes);
        RowReader.Builder reader =
                RowReader.builder(rows == null ? json(buffered) : rows).optSkipBadRows(skipBadRows);
        if (split != null) {
            reader.optSplit(split);
        }
        RowConverter converter = new RowConverter(new MessageParser(roles));
        Rows<ChatRow> read = reader.build().read(buffered, name, converter);
        Conversations conversations =
                new Conversations(read.rows(), converter.format(), read.badRows(), name);
        LOG.info(
                "{}: {} conversations told by {}{}",
                name,
                conversations.size(),
                converter.format() == null ? "nothing" : converter.format().fields(),
                read.badRows() == 0 ? "" : ", " + read.badRows() + " bad rows left out");
        return conversations;
    }

    private static RowFormat json(BufferedInputStream bytes) throws IOException {
        bytes.mark(LOOK);
        int first = bytes.read();
        for (int i = 1; i < LOOK && (first > 0x7F || Character.isWhitespace(first)); i++) {
            first = bytes.read(); // a byte order mark is above 0x7F
        }
        bytes.reset();
        return first == '[' ? RowFormat.JSON_ARRAY : RowFormat.JSON_LINES;
    }

    /** Starts from: JSON lines or a JSON array, all rows, bad rows refused. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options. */
    public static final class Builder {

        private final Map<String, String> roles = new LinkedHashMap<>();
        private @Nullable RowFormat rows;
        private @Nullable String split;
        private boolean skipBadRows;

        private Builder() {}

        /** How the file is cut into rows; default: JSON lines or a JSON array. */
        public Builder optRows(RowFormat format) {
            rows = format;
            return this;
        }

        /** A further name of a role, e.g. {@code optRole("bot", "assistant")}. */
        public Builder optRole(String name, String role) {
            roles.put(name, role);
            return this;
        }

        /** The split to read, as the column {@code split} names it. */
        public Builder optSplit(String name) {
            split = name;
            return this;
        }

        /** Whether a bad row is counted and left out; default false. */
        public Builder optSkipBadRows(boolean skip) {
            skipBadRows = skip;
            return this;
        }

        /** The reader. */
        public ConversationReader build() {
            return new ConversationReader(rows, roles, split, skipBadRows);
        }
    }
}
