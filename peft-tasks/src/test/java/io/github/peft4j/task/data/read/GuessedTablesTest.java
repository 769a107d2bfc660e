package io.github.peft4j.task.data.read;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/** A table that a CSV writer made is read as it was meant, or its reader asks; never otherwise. */
class GuessedTablesTest {

    private static final RowMapper<Row> ALL = RowMapper.of(row -> row);

    @Provide
    Arbitrary<List<String>> texts() {
        return Arbitraries.strings()
                .withChars("ab ,;|\t\"\né.")
                .ofMaxLength(12)
                .list()
                .ofMinSize(2)
                .ofMaxSize(8);
    }

    @Provide
    Arbitrary<Character> delimiters() {
        return Arbitraries.of(',', ';', '\t', '|');
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of("a.csv", "a.tsv", "a.txt", "a");
    }

    private static String written(List<List<String>> rows, char delimiter) throws IOException {
        StringBuilder text = new StringBuilder();
        CSVFormat format =
                CSVFormat.Builder.create()
                        .setDelimiter(delimiter)
                        .setQuote('"')
                        .setRecordSeparator("\n")
                        .get();
        try (CSVPrinter printer = new CSVPrinter(text, format)) {
            printer.printRecords(rows);
        }
        return text.toString();
    }

    private static List<List<String>> rows(List<String> texts) {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            rows.add(List.of(texts.get(i), Integer.toString(i % 3)));
        }
        return rows;
    }

    private static List<List<String>> read(String text, String name) throws IOException {
        return RowReader.any()
                .build()
                .read(new ByteArrayInputStream(text.getBytes(UTF_8)), name, ALL)
                .rows()
                .stream()
                .map(row -> List.copyOf(row.fields().values()))
                .toList();
    }

    @Property
    void readsATableWithAHeader(
            @ForAll("texts") List<String> texts,
            @ForAll("delimiters") char delimiter,
            @ForAll("names") String name)
            throws IOException {
        List<List<String>> rows = rows(texts);
        List<List<String>> table = new ArrayList<>(rows);
        table.add(0, List.of("text", "label"));

        // the header holds one delimiter, so there is no doubt
        assertThat(read(written(table, delimiter), name)).isEqualTo(rows);
    }

    /** What every text begins with, which may cut all rows alike. */
    @Provide
    Arbitrary<String> beginnings() {
        return Arbitraries.of("", "a, ", "b;", "|", "c\t");
    }

    @Property
    void readsATableWithoutHeaderOrAsks(
            @ForAll("texts") List<String> texts,
            @ForAll("beginnings") String beginning,
            @ForAll("delimiters") char delimiter,
            @ForAll("names") String name)
            throws IOException {
        List<List<String>> rows = rows(texts.stream().map(beginning::concat).toList());
        String text = written(rows, delimiter);
        List<List<String>> read;
        try {
            read = read(text, name);
        } catch (IOException asked) {
            assertThat(asked).message().containsAnyOf("optDelimiter", "optHeader");
            return;
        }

        assertThat(read).isEqualTo(rows);
    }
}
