package io.github.peft4j.task.data;

import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Ordering;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One pass of a {@link TsvReader} over one file. */
final class TsvParser {

    private static final Splitter TABS = Splitter.on('\t');

    private final TsvReader options;
    private final String file;
    private final InputStream bytes;

    private final Map<String, Integer> classes = new LinkedHashMap<>();
    private final Set<String> splits = new TreeSet<>();
    private final ImmutableList.Builder<LabeledText> rows = ImmutableList.builder();
    private ImmutableList<String> header = ImmutableList.of();
    private int line;
    private int badRows;

    TsvParser(TsvReader options, String file, InputStream bytes) {
        this.options = options;
        this.file = file;
        this.bytes = bytes;
        options.labels().forEach(label -> classes.put(label, classes.size()));
    }

    TextDataset parse() throws IOException {
        readHeader();
        for (byte[] raw = nextLine(); raw != null; raw = nextLine()) {
            try {
                readRow(TABS.splitToList(decode(raw)));
            } catch (BadRowException bad) {
                badRows++;
                if (!options.skipBadRows()) {
                    throw at(bad.getMessage());
                }
            }
        }
        String split = options.split();
        ImmutableList<LabeledText> read = rows.build();
        if (split != null && !splits.contains(split)) {
            throw new IOException(
                    "%s has no row of split '%s'. Splits here: %s. Correct optSplit."
                            .formatted(file, split, Joiner.on(", ").join(splits)));
        }
        if (read.isEmpty()) {
            throw new IOException(
                    "%s gives 0 examples. Check the file and the labels that are left out."
                            .formatted(file));
        }
        return new TextDataset(read, ImmutableList.copyOf(classes.keySet()), badRows);
    }

    private void readHeader() throws IOException {
        byte[] raw = nextLine();
        if (raw == null) {
            throw new IOException(
                    "%s is empty. Its first line must name the columns.".formatted(file));
        }
        try {
            String names = decode(raw);
            header =
                    ImmutableList.copyOf(
                            TABS.split(names.startsWith("\uFEFF") ? names.substring(1) : names));
        } catch (BadRowException bad) {
            throw at(bad.getMessage());
        }
        for (String column : ImmutableList.of("label", "text")) {
            if (!header.contains(column)) {
                throw at(
                        "the header %s lacks the column '%s'. Name it, with tabs between names."
                                .formatted(header, column));
            }
        }
        if (new HashSet<>(header).size() < header.size()) {
            throw at("the header %s names a column twice. Rename one.".formatted(header));
        }
        if (options.split() != null && !header.contains("split")) {
            throw at(
                    "the header %s lacks the column 'split'. Add it or leave optSplit out."
                            .formatted(header));
        }
    }

    private void readRow(List<String> cells) throws BadRowException {
        if (cells.size() != header.size()) {
            throw new BadRowException(
                    "%d columns where the header has %d. Put one tab between cells, none inside."
                            .formatted(cells.size(), header.size()));
        }
        String text = requireText("text", cells);
        String pair = header.contains("text_pair") ? requireText("text_pair", cells) : null;
        String label = cell("label", cells);
        if (label.isBlank()) {
            throw new BadRowException("the label is empty. Give each row a label.");
        }
        String split = header.contains("split") ? cell("split", cells) : null;
        if (split != null) {
            splits.add(split);
        }
        if (options.leaveOut().contains(label)) {
            return;
        }
        int index = classOf(label);
        if (options.split() == null || options.split().equals(split)) {
            rows.add(new LabeledText(text, pair, Label.ofClass(index)));
        }
    }

    private int classOf(String label) throws BadRowException {
        if (options.labels().isEmpty()) {
            return classes.computeIfAbsent(label, added -> classes.size());
        }
        Integer index = classes.get(label);
        if (index == null) {
            throw new BadRowException(
                    ("label '%s' is none of %s. Correct it, add it to the labels (optLabels) or"
                                    + " leave it out (optLeaveOut).")
                            .formatted(label, Ordering.natural().sortedCopy(options.labels())));
        }
        return index;
    }

    private String requireText(String column, List<String> cells) throws BadRowException {
        String text = cell(column, cells);
        if (text.isBlank()) {
            throw new BadRowException(
                    "the %s is empty. Fill it in or delete the row.".formatted(column));
        }
        return text;
    }

    private String cell(String column, List<String> cells) {
        return cells.get(header.indexOf(column));
    }

    /** The bytes up to the next line feed, without the carriage return; null at the end. */
    private byte @Nullable [] nextLine() throws IOException {
        ByteArrayOutputStream buffer = new ByteArrayOutputStream(256);
        int next = bytes.read();
        if (next < 0) {
            return null;
        }
        line++;
        for (; next >= 0 && next != '\n'; next = bytes.read()) {
            buffer.write(next);
        }
        byte[] raw = buffer.toByteArray();
        int length = raw.length;
        boolean carriage = length > 0 && raw[length - 1] == '\r';
        return carriage ? Arrays.copyOf(raw, length - 1) : raw;
    }

    private static String decode(byte[] raw) throws BadRowException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
        } catch (CharacterCodingException notUtf8) {
            throw new BadRowException("the line is not UTF-8. Save the file as UTF-8.");
        }
    }

    private IOException at(@Nullable String problem) {
        return new IOException("%s, line %d: %s".formatted(file, line, problem));
    }

    /** What is wrong with one row. */
    private static final class BadRowException extends Exception {
        private static final long serialVersionUID = 1L;

        BadRowException(String problem) {
            super(problem);
        }
    }
}
