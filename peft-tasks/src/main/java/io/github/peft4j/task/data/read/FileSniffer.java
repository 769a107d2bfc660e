package io.github.peft4j.task.data.read;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.github.peft4j.task.data.internal.FileSource;
import io.github.peft4j.task.data.internal.TableSniffer;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Tells what a file is by its name and its first bytes; these decide if the two differ. */
final class FileSniffer {

    private static final int LOOKED_AT = 1 << 18;
    private static final int MOST_ROWS = 100;

    private static final ImmutableSet<String> TABLES = ImmutableSet.of("csv", "tsv", "tab", "txt");
    private static final ImmutableSet<String> JSON = ImmutableSet.of("json", "jsonl", "ndjson");

    /** Fields that hold the rows of a file in one line, which might be a row itself. */
    private static final ImmutableSet<String> AROUND =
            ImmutableSet.of("data", "rows", "records", "examples", "instances");

    private final RowFormat.Any options;
    private final FileSource source;
    private final String extension;
    private final byte[] bytes;
    private final String text;
    private final List<String> notes = new ArrayList<>();

    private FileSniffer(RowFormat.Any options, FileSource source) throws IOException {
        this.options = options;
        this.source = source;
        extension = extension(source.name());
        bytes = source.beginning(LOOKED_AT);
        String decoded = new String(bytes, StandardCharsets.UTF_8);
        text = decoded.startsWith("\uFEFF") ? decoded.substring(1) : decoded;
    }

    /**
     * Looks at a source, which stays unread.
     *
     * @throws IOException if it is empty, of a kind that cannot be read, or may be read in two ways
     */
    static FoundFile find(RowFormat.Any options, FileSource source) throws IOException {
        return new FileSniffer(options, source).found();
    }

    private static String extension(String name) {
        String last = name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        String unpacked = last.endsWith(".gz") ? last.substring(0, last.length() - 3) : last;
        return unpacked.substring(unpacked.lastIndexOf('.') + 1);
    }

    private FoundFile found() throws IOException {
        if (startsWith('P', 'A', 'R', '1')) {
            return parquet();
        }
        if (extension.equals("parquet")) {
            throw refused(
                    "is called Parquet and does not begin as such files do (PAR1). Get it again,"
                            + " or give it the name of what it is.");
        }
        refuseOtherKinds();
        String first = CharMatcher.whitespace().trimLeadingFrom(text);
        if (first.isEmpty()) {
            throw refused("is empty. Its first line must name the columns or be a row.");
        }
        if (first.startsWith("[") && startsObject(first.substring(1))) {
            return json(new RowFormat.JsonArray(null), arrayColumns(first));
        }
        if (startsObject(first)) {
            return object(first);
        }
        if (JSON.contains(extension)) {
            throw refused(
                    ("is called JSON and begins with %s. Write one object a line, or an array of"
                                    + " objects; a table has another name.")
                            .formatted(first.substring(0, Math.min(20, first.length()))));
        }
        return table();
    }

    private static boolean startsObject(String text) {
        String rest = CharMatcher.whitespace().trimLeadingFrom(text);
        String inside =
                rest.isEmpty() ? "" : CharMatcher.whitespace().trimLeadingFrom(rest.substring(1));
        return rest.startsWith("{") && (inside.startsWith("\"") || inside.startsWith("}"));
    }

    private boolean startsWith(int... magic) {
        for (int i = 0; i < magic.length; i++) {
            if (bytes.length <= i || (bytes[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    private void refuseOtherKinds() throws IOException {
        if (startsWith(0xff, 0xfe) || startsWith(0xfe, 0xff) || everySecondByteIsZero()) {
            throw refused("is UTF-16. Save it as UTF-8.");
        }
        if (startsWith('P', 'K', 3, 4)) {
            throw refused("is a zip archive or an Excel workbook. Unpack it, or save it as CSV.");
        }
    }

    /** Latin letters in UTF-16 without a mark; no text in UTF-8 has a zero byte. */
    private boolean everySecondByteIsZero() {
        int looked = Math.min(bytes.length, 1000);
        int zeros = 0;
        for (int i = 0; i < looked; i++) {
            zeros += bytes[i] == 0 ? 1 : 0;
        }
        return looked > 1 && zeros > looked / 4;
    }

    private FoundFile parquet() throws IOException {
        if (source.path() == null || source.gzip()) {
            throw refused(
                    "is Parquet, which is read from a plain file alone. Copy it to one, unpacked.");
        }
        try (ParquetParser parser = new ParquetParser(source.path())) {
            return result(RowFormat.PARQUET, parser.columns());
        }
    }

    /** JSON lines, or one object around the rows. */
    private FoundFile object(String first) throws IOException {
        int end = first.indexOf('\n');
        String line = end < 0 ? first : first.substring(0, end);
        boolean oneLine = CharMatcher.whitespace().matchesAllOf(first.substring(line.length()));
        boolean whole = isObject(line);
        List<String> fields = arraysOfObjects(first);
        boolean around =
                oneLine && !extension.endsWith("l") && fields.stream().anyMatch(AROUND::contains);
        boolean cutOff = oneLine && bytes.length == LOOKED_AT && around;
        if (options.field() != null) {
            return json(new RowFormat.JsonArray(options.field()), List.of());
        }
        boolean lines =
                extension.endsWith("l")
                        || extension.equals("ndjson")
                        || (!oneLine && startsObject(first.substring(end)));
        if (lines || (whole && !around) || (oneLine && !whole && !cutOff)) {
            return json(RowFormat.JSON_LINES, lineColumns(first));
        }
        if (around) {
            fields.removeIf(field -> !AROUND.contains(field));
        }
        if (fields.size() != 1) {
            throw refused(
                    ("is one JSON object over several lines, with %s in it. Write one object a"
                                    + " line, or name the field that holds the rows: RowReader's"
                                    + " optField.")
                            .formatted(
                                    fields.isEmpty()
                                            ? "no list of objects"
                                            : "lists of objects " + fields));
        }
        notes.add("The rows are in the field '%s' (optField).".formatted(fields.get(0)));
        return json(new RowFormat.JsonArray(fields.get(0)), List.of());
    }

    private static boolean isObject(String line) {
        try {
            JsonLinesParser.object(line);
            return true;
        } catch (IllegalArgumentException no) {
            return false;
        }
    }

    /** Fields of an object whose value begins as a list of objects, as far as the text goes. */
    private static List<String> arraysOfObjects(String object) {
        List<String> fields = new ArrayList<>();
        JsonReader json = new JsonReader(new StringReader(object));
        try {
            json.beginObject();
            while (json.hasNext()) {
                String name = json.nextName();
                if (json.peek() == JsonToken.BEGIN_ARRAY) {
                    json.beginArray();
                    if (json.peek() == JsonToken.BEGIN_OBJECT) {
                        fields.add(name);
                    }
                    while (json.hasNext()) {
                        json.skipValue();
                    }
                    json.endArray();
                } else {
                    json.skipValue();
                }
            }
        } catch (IOException | IllegalStateException end) {
            return fields; // the text ends inside
        }
        return fields;
    }

    private static List<String> lineColumns(String text) {
        Set<String> columns = new LinkedHashSet<>();
        Splitter.on('\n')
                .limit(MOST_ROWS + 1)
                .splitToStream(text)
                .limit(MOST_ROWS)
                .forEach(
                        line -> {
                            try {
                                columns.addAll(JsonLinesParser.object(line).columns());
                            } catch (IllegalArgumentException bad) {
                                return; // the reader names it, or it is cut off
                            }
                        });
        return ImmutableList.copyOf(columns);
    }

    private static List<String> arrayColumns(String text) {
        Set<String> columns = new LinkedHashSet<>();
        JsonReader json = new JsonReader(new StringReader(text));
        try {
            json.beginArray();
            for (int i = 0; i < MOST_ROWS && json.hasNext(); i++) {
                columns.addAll(JsonLinesParser.fields(json).columns());
            }
        } catch (IOException | IllegalStateException end) {
            return ImmutableList.copyOf(columns);
        }
        return ImmutableList.copyOf(columns);
    }

    private FoundFile json(RowFormat format, List<String> columns) {
        if (TABLES.contains(extension)) {
            notes.add(
                    "It is called '%s' and holds JSON (RowReader.csv() and tsv() read tables)."
                            .formatted(extension));
        }
        return result(format, columns);
    }

    private FoundFile table() throws IOException {
        TableSniffer.Shape shape =
                TableSniffer.of(text, bytes.length < LOOKED_AT)
                        .named(extension)
                        .given(options.delimiter(), options.quotes(), options.header())
                        .shape(source.name());
        notes.addAll(shape.notes());
        return result(
                new RowFormat.Table(shape.delimiter(), shape.quotes() ? '"' : null, shape.header()),
                TableParser.names(shape.first(), shape.header()));
    }

    private FoundFile result(RowFormat format, List<String> columns) {
        return new FoundFile(source.name(), format, source.gzip(), columns, notes);
    }

    private IOException refused(String why) {
        return new IOException(source.name() + " " + why);
    }
}
