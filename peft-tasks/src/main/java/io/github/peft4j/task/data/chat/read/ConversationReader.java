package io.github.peft4j.task.data.chat.read;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.task.data.read.RowFormat;
import io.github.peft4j.task.data.read.RowReader;
import io.github.peft4j.task.data.read.Rows;
import java.io.IOException;
import java.io.InputStream;
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
 * @param rows how the file is cut into rows; {@link RowFormat#ANY} finds out
 * @param roles further names of roles, each with the role that it means
 * @param split the split to read, as the column {@code split} names it; null for all rows
 * @param skipBadRows whether a bad row is counted and left out instead of refusing the file
 */
public record ConversationReader(
        RowFormat rows, Map<String, String> roles, @Nullable String split, boolean skipBadRows) {

    private static final Logger LOG = LoggerFactory.getLogger(ConversationReader.class);

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
        RowConverter converter = new RowConverter(new MessageParser(roles));
        return told(reader().read(file, converter), converter, file.toString());
    }

    /**
     * Reads a file that is no {@link Path}, such as a resource in a jar; the caller closes it.
     *
     * @param name what errors call it
     * @throws IOException as {@link #read(Path)}
     */
    public Conversations read(InputStream bytes, String name) throws IOException {
        RowConverter converter = new RowConverter(new MessageParser(roles));
        return told(reader().read(bytes, name, converter), converter, name);
    }

    private RowReader reader() {
        RowReader.Builder reader = RowReader.builder(rows).optSkipBadRows(skipBadRows);
        if (split != null) {
            reader.optSplit(split);
        }
        return reader.build();
    }

    private static Conversations told(Rows<ChatRow> read, RowConverter converter, String name) {
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

    /** Starts from: any kind of file, all rows, bad rows refused. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options. */
    public static final class Builder {

        private final Map<String, String> roles = new LinkedHashMap<>();
        private RowFormat rows = RowFormat.ANY;
        private @Nullable String split;
        private boolean skipBadRows;

        private Builder() {}

        /** How the file is cut into rows; default: found out. */
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
