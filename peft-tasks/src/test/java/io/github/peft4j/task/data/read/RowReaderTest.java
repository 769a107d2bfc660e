package io.github.peft4j.task.data.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowReaderTest {

    private static final RowMapper<Row> ALL = RowMapper.of(row -> row);

    @TempDir private Path directory;

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("demo.txt"), text);
    }

    private List<Row> rows(RowReader.Builder reader, String text) throws IOException {
        return reader.build().read(write(text), ALL).rows();
    }

    private static List<Map<String, String>> texts(List<Row> rows) {
        return rows.stream().map(Row::fields).toList();
    }

    private static Row row(String... namesAndTexts) {
        ImmutableMap.Builder<String, String> fields = ImmutableMap.builder();
        for (int i = 0; i < namesAndTexts.length; i += 2) {
            fields.put(namesAndTexts[i], namesAndTexts[i + 1]);
        }
        return new Row(fields.buildOrThrow());
    }

    private void refuses(RowReader.Builder reader, RowMapper<?> mapper, String text, String part)
            throws IOException {
        Path file = write(text);
        assertThatThrownBy(() -> reader.build().read(file, mapper))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("demo.txt")
                .hasMessageContaining(part);
    }

    private void refuses(RowReader.Builder reader, String text, String part) throws IOException {
        refuses(reader, ALL, text, part);
    }

    @Test
    void readsCsvWithQuotesCommasAndLineBreaks() throws IOException {
        assertThat(
                        rows(
                                RowReader.csv(),
                                "a,b,c\r\n\"x, \"\"y\"\"\",\"two\r\nlines\",\r\n,\"\",say \"hi\"\r\n"))
                .containsExactly(
                        row("a", "x, \"y\"", "b", "two\nlines", "c", ""),
                        row("a", "", "b", "", "c", "say \"hi\""));
    }

    @Test
    void leavesQuotesAloneInTsv() throws IOException {
        assertThat(rows(RowReader.tsv(), "a\tb\n\"x\ty, \"\"\n"))
                .containsExactly(row("a", "\"x", "b", "y, \"\""));
    }

    @Test
    void takesAnyDelimiterAndQuote() throws IOException {
        RowFormat format = new RowFormat.Table(';', '\'');

        assertThat(rows(RowReader.builder(format), "a;b\n'x;''';\"y\"\n"))
                .containsExactly(row("a", "x;'", "b", "\"y\""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RowFormat.Table('"', '"'))
                .withMessageContaining("Delimiter '\"' with quote '\"'");
    }

    @Test
    void namesTheLineOnWhichABadRowStarts() throws IOException {
        RowReader.Builder csv = RowReader.csv();
        refuses(csv, "a,b\n\"x\ny\",z\nq\n", "line 4: 1 columns where the header has 2");
        refuses(csv, "a,b\n1,2\n\"x\"y,z\n", "line 3: text follows the closing quote of a cell");
        refuses(csv, "a,b\n1,\"2\n3,4\n", "line 2: a quote is opened and never closed");
        refuses(
                csv,
                RowMapper.text("a"),
                "a;b\n1;2\n",
                "line 1: the header [a;b] lacks the column 'a'. Name it, with ',' between");
    }

    @Test
    void readsJsonLines() throws IOException {
        List<Row> rows =
                rows(
                        RowReader.jsonLines(),
                        "{\"a\": \"x\\ny\", \"n\": 1.50, \"t\": true, \"u\": null,"
                                + " \"l\": [1, {}]}\n\n{\"b\": \"\"}");

        assertThat(texts(rows))
                .containsExactly(
                        row("a", "x\ny", "n", "1.50", "t", "true").fields(), row("b", "").fields());
    }

    @Test
    void keepsListsAndObjectsOfJson() throws IOException {
        Row row =
                rows(
                                RowReader.jsonLines(),
                                "{\"messages\": [{\"role\": \"user\", \"content\": \"Hé\","
                                        + " \"name\": null}], \"n\": 7, \"d\": -1.5e1,"
                                        + " \"big\": 12345678901234567890, \"t\": false,"
                                        + " \"l\": [[1, 2.0], [], null], \"u\": null}")
                        .get(0);

        assertThat(row.columns()).containsExactly("messages", "n", "d", "big", "t", "l");
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", "user");
        message.put("content", "Hé");
        message.put("name", null);
        assertThat(row.value("messages")).isEqualTo(List.of(message));
        assertThat(row.value("n")).isEqualTo(7L);
        assertThat(row.value("d")).isEqualTo(-15.0);
        assertThat(row.value("big")).isEqualTo(new BigInteger("12345678901234567890"));
        assertThat(row.value("t")).isEqualTo(false);
        assertThat(row.value("l")).isEqualTo(Arrays.asList(List.of(1L, 2.0), List.of(), null));
        assertThat(row.value("u")).isNull();
        assertThat(row.find("l")).isNull();
        refuses(
                RowReader.jsonLines(),
                "{\"l\": [{\"a\": 1, \"a\": 2}]}\n",
                "line 1: this is no JSON object: it names 'a' twice");
    }

    @Test
    void namesTheLineOfBadJson() throws IOException {
        RowReader.Builder json = RowReader.jsonLines();
        refuses(json, "{\"a\": 1}\n{'a': 1}\n", "line 2: this is no JSON object");
        refuses(json, "[1]\n", "line 1: this is no JSON object");
        refuses(json, "{\"a\": 1} {}\n", "line 1: this is no JSON object");
        refuses(json, "{\"a\": 1\n", "line 1: this is no JSON object");
        refuses(json, "{\"a\": 1, \"a\": 2}\n", "it names 'a' twice");
        refuses(json, RowMapper.text("b"), "{\"a\": 1}\n", "line 1: the field 'b' is missing");
        refuses(json, RowMapper.text("b"), "{\"b\": \" \"}\n", "line 1: the b is empty");
        refuses(json, "\n\n", "gives 0 examples");
    }

    @Test
    void skipsBadRowsOnlyIfAsked() throws IOException {
        Path file = write("{\"a\": \"1\"}\n{\n{\"b\": 2}\n{\"a\": \"3\"}\n");

        Rows<String> read =
                RowReader.jsonLines().optSkipBadRows(true).build().read(file, RowMapper.text("a"));

        assertThat(read).isEqualTo(new Rows<>(read.rows(), 2));
        assertThat(read.rows()).containsExactly("1", "3");
    }

    @Test
    void goesOnBehindMalformedRowsOfCsv() throws IOException {
        String text = "a,b\n1,2\n\"x\"y,z\n\n3,\"4\n5\"\n6,7\r8,9\n10,11\n\"12,13\n";
        Rows<Row> rows = RowReader.csv().optSkipBadRows(true).build().read(write(text), ALL);

        assertThat(rows.rows())
                .containsExactly(
                        row("a", "1", "b", "2"),
                        row("a", "3", "b", "4\n5"),
                        row("a", "6", "b", "7"),
                        row("a", "10", "b", "11"));
        assertThat(rows.badRows()).isEqualTo(4);
    }

    @Test
    void namesTheLineThatIsNotUtf8InsideQuotes() {
        byte[] bytes = "a,b\n1,2\n3,\"é\n4\"\n".getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(
                        () ->
                                RowReader.csv()
                                        .build()
                                        .read(
                                                new ByteArrayInputStream(bytes),
                                                "table",
                                                RowMapper.text("a")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("table, line 3: the line is not UTF-8");
    }

    @Test
    void readsOneSplitByAnyColumn() throws IOException {
        String text = "part,a\ntrain,1\ntest,2\ntrain,3\n";
        RowReader.Builder train = RowReader.csv().optSplitColumn("part").optSplit("train");
        RowReader.Builder json = RowReader.jsonLines().optSplit("test");

        assertThat(train.build().read(write(text), RowMapper.text("a")).rows())
                .containsExactly("1", "3");
        assertThat(rows(json, "{\"split\":\"test\"}\n{\"split\":\"train\"}\n"))
                .containsExactly(row("split", "test"));
        refuses(RowReader.csv().optSplit("train"), text, "lacks the column 'split'");
        refuses(
                RowReader.csv().optSplitColumn("part").optSplit("dev"),
                text,
                "has no row of split 'dev'. Splits here: test, train.");
        refuses(json, "{\"a\": 1}\n", "line 1: the field 'split' is missing");
    }

    @Test
    void streamsRowsBeforeTheFileIsReadToItsEnd() throws IOException {
        Path file = write("a\n1\n2\n\"3\",4\n");
        try (RowStream<String> stream = RowReader.csv().build().open(file, RowMapper.text("a"))) {
            assertThat(stream.next()).isEqualTo("1");
            assertThat(stream.next()).isEqualTo("2");
            assertThatThrownBy(stream::hasNext)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("line 4: 2 columns where the header has 1");
        }
    }

    @Test
    void holdsOneRowAtATime() throws IOException {
        RowReader reader = RowReader.tsv().build();
        int[] given = new int[1];
        InputStream endless = new Endless(given);

        RowStream<String> stream = reader.open(endless, "endless", RowMapper.text("x"));

        for (int i = 0; i < 1000; i++) {
            assertThat(stream.next()).isEqualTo("x");
        }
        assertThat(given[0]).isLessThan(3000);
    }

    /** Lines that say "x", without an end; counts the bytes it gave. */
    @SuppressWarnings("InputStreamSlowMultibyteRead") // nobody reads several bytes at once
    private static final class Endless extends InputStream {

        private final int[] given;

        Endless(int[] given) {
            this.given = given;
        }

        @Override
        public int read() {
            return given[0]++ % 2 == 0 ? 'x' : '\n';
        }
    }
}
