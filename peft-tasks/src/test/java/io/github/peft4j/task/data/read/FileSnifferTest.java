package io.github.peft4j.task.data.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file is, by its name and its beginning. */
class FileSnifferTest {

    private static final RowMapper<Row> ALL = RowMapper.of(row -> row);

    @TempDir private Path folder;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text.replace("~", "\n").replace("^", "\t"));
    }

    private String found(String name, String text) throws IOException {
        return found(RowReader.any(), name, text);
    }

    private String found(RowReader.Builder reader, String name, String text) throws IOException {
        FoundFile found = reader.build().find(write(name, text));
        return found.describe().substring(found.name().length() + 2);
    }

    private List<String> first(RowReader.Builder reader, Path file) throws IOException {
        Row row = reader.build().read(file, ALL).rows().get(0);
        return List.copyOf(row.fields().values());
    }

    private void refuses(String name, String text, String... parts) throws IOException {
        Path file = write(name, text);
        assertThatThrownBy(() -> RowReader.any().build().read(file, ALL))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(name)
                .hasMessageContainingAll(parts);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            quoteCharacter = '`',
            value = {
                "a.csv @ text,label~a,b~ @ , @ [text, label]",
                "a.csv @ text;label~Hello, you;1~a, b, c;0~ @ ; @ [text, label]",
                "a.csv @ \"text;x\",label~\"a;b\",1~\"c;d\",0~ @ , @ [text;x, label]",
                "a.csv @ text,label~\"two~lines, one; cell\",1~b,0~ @ , @ [text, label]",
                "a.txt @ text|label~a,b|1~c|0~ @ | @ [text, label]",
                "a.tsv @ text^label~a, b^1~c^0~ @ \\t @ [text, label]",
                "a.tsv @ text^a,b~c^d,e~ @ \\t @ [text, a,b]",
                "a.csv @ ,text,label~0,a,1~1,b,0~ @ , @ [Unnamed: 0, text, label]",
                "a.csv @ text~a~b~ @ , @ [text]",
                "a @ text,label~a,b~ @ , @ [text, label]"
            })
    void findsTheDelimiter(String name, String text, String delimiter, String columns)
            throws IOException {
        assertThat(found(name, text))
                .isEqualTo(
                        "table with '%s' between cells, cells in quotes, a header; columns %s"
                                .formatted(delimiter, columns));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            value = {
                "great,1~bad,0~so so,1~",
                "pos,great~neg,bad~pos,fine~",
                "3,Wall St. falls~1,A game~3,Banks~",
                "9,fine~1,bad~2,poor~"
            })
    void seesThatThereIsNoHeader(String text) throws IOException {
        assertThat(found("a.csv", text)).endsWith("no header; columns [0, 1]");
        assertThat(RowReader.any().build().read(write("a.csv", text), ALL).rows()).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            value = {
                "satz,art~Guten Tag,gruss~Hallo,gruss~ @ taken for the columns' names (optHeader)",
                "satz,zahl~eins,1~zwei,2~ @ a header; columns [satz, zahl]",
                "Text,LABEL~a,b~ @ a header; columns [Text, LABEL]",
                "text,0,1~a,0,1~ @ a header; columns [text, 0, 1]"
            })
    void seesAHeader(String text, String part) throws IOException {
        assertThat(found("a.csv", text)).contains(part);
    }

    @Test
    void asksWhereTheFirstLineMayBeEither() throws IOException {
        refuses("a.csv", "0,1~great,1~bad,0~", "the first line [0, 1] may name", "optHeader(true)");
        refuses("a.csv", "A good film.,A bad one!~b,c~", "optHeader(false)");
        Path file = write("a.csv", "0,1~great,1~bad,0~");
        assertThat(first(RowReader.any().optHeader(true), file)).containsExactly("great", "1");
        assertThat(first(RowReader.any().optHeader(false), file)).containsExactly("0", "1");
    }

    @Test
    void asksWhereTwoDelimitersWouldDo() throws IOException {
        String text = "gut;0,5~schlecht;1,5~";
        refuses("a.csv", text, "may be cut by ',' (2 cells in 2 of 2 rows) or by ';'");
        assertThat(first(RowReader.any().optDelimiter(';').optHeader(false), write("a.csv", text)))
                .containsExactly("gut", "0,5");
        refuses(
                "b.csv",
                "text^a,b~c^d,e~",
                "may be cut by ',' (2 cells in 2 of 2 rows) or by '\\t'");
        refuses(
                "a.txt",
                "Hello, you~Foo~Bar~",
                "no delimiter cuts all rows alike",
                "',' (2 cells in 1 of 3 rows)",
                "optDelimiter(',')");
    }

    @Test
    void leavesBadRowsToBeNamed() throws IOException {
        refuses("a.csv", "text,label~a,b~c~", "line 3: 1 columns where the header has 2");
        refuses(
                "a.txt",
                "text;label~a;b~c;d~e;f~g;h~i~",
                "line 6: 1 columns where the header has 2");
    }

    @Test
    void saysWhereNameAndContentDiffer() throws IOException {
        assertThat(found("a.tsv", "text,label~a,b~"))
                .endsWith("Its name promises '\\t' between cells, there is ',' (optDelimiter).");
        assertThat(found("a.csv", "{\"text\": \"a\"}~"))
                .startsWith("JSON lines; columns [text]. It is called 'csv' and holds JSON");
        refuses("a.json", "text,label~a,b~", "is called JSON and begins with text,label");
    }

    @Test
    void takesQuotesForTextWhereTheyEncloseNoCells() throws IOException {
        assertThat(found("a.tsv", "text^label~\"Quotes\" stay^1~b^0~"))
                .startsWith("table with '\\t' between cells, quotes are text");
        Path quoted = write("b.tsv", "text^label~\"a^b\"^1~b^0~");
        assertThat(first(RowReader.any(), quoted)).containsExactly("a\tb", "1");
        Path kept = write("c.csv", "text,label~\"a\",1~b,0~");
        assertThat(first(RowReader.any().optQuotes(false), kept)).containsExactly("\"a\"", "1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            value = {
                "a.jsonl @ {\"b\": 1}~{\"b\": 2, \"c\": 3}~ @ JSON lines; columns [b, c]",
                "a.json @ {\"b\": 1}~{\"b\": 2}~ @ JSON lines; columns [b]",
                "a.json @ {\"b\": [{\"c\": 1}]}~ @ JSON lines; columns [b]",
                "a.jsonl @ {\"data\": [{\"c\": 1}]}~ @ JSON lines; columns [data]",
                "a.jsonl @ {\"b\": 1~{\"b\": 2}~ @ JSON lines; columns [b]",
                "a.json @ [{\"b\": 1}, {\"c\": 2}] @ JSON array; columns [b, c]",
                "a.json @ ~[~ { \"b\": 1}~] @ JSON array; columns [b]",
                "a @ {\"b\": 1}~ @ JSON lines; columns [b]",
                "a.json @ {\"v\": 1, \"data\": [{\"c\": 1}]} @ JSON array in the field 'data';"
                        + " columns []. The rows are in the field 'data' (optField).",
                "a.json @ {~\"v\": [1],~\"x\": [{\"c\": 1}]~} @ JSON array in the field 'x';"
                        + " columns []. The rows are in the field 'x' (optField)."
            })
    void tellsJsonLinesFromArrays(String name, String text, String expected) throws IOException {
        assertThat(found(name, text)).isEqualTo(expected);
    }

    @Test
    void readsArraysAndFieldsOfJson() throws IOException {
        Path array = write("a.json", "[~{\"t\": \"x\", \"l\": [1]},~ {\"t\": \"y\"}~]");
        List<Row> rows = RowReader.any().build().read(array, ALL).rows();
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0).value("l")).isEqualTo(List.of(1L));
        Path field = write("b.json", "{\"n\": {\"t\": 1}, \"data\": [{\"t\": \"z\"}], \"m\": 2}");
        assertThat(first(RowReader.any(), field)).containsExactly("z");
        assertThat(first(RowReader.builder(new RowFormat.JsonArray("data")), field))
                .containsExactly("z");
        Path two = write("c.json", "{~\"train\": [{\"t\": \"z\"}],~\"test\": [{\"t\": \"w\"}]}");
        assertThat(first(RowReader.any().optField("test"), two)).containsExactly("w");
        refuses(
                "d.json",
                "{~\"a\": [{\"t\": 1}],~\"b\": [{}]}",
                "lists of objects [a, b]",
                "optField");
        refuses("e.json", "{~\"a\": 1~}", "no list of objects");
    }

    @Test
    void namesTheLineInAJsonArray() throws IOException {
        String rows = "[~{\"t\": \"x\"},~{\"u\": 1},~7,~{\"t\": \"y\"}]";
        Path file = write("a.json", rows);

        assertThatThrownBy(() -> RowReader.any().build().read(file, RowMapper.text("t")))
                .hasMessageContaining("a.json, line 3: the field 't' is missing");
        Rows<String> skipped =
                RowReader.any().optSkipBadRows(true).build().read(file, RowMapper.text("t"));
        assertThat(skipped.rows()).containsExactly("x", "y");
        assertThat(skipped.badRows()).isEqualTo(2);
        refuses("b.json", "[{\"t\": 1},~7]", "b.json, line 2: a row of the array is no object");
        refuses("c.json", "[{\"t\": 1},~{\"t\": 2", "c.json, line 2: this is no JSON array");
        refuses("d.json", "[{\"t\": 1}] x", "this is no JSON array of objects");
        refuses("e.json", "[{\"t\": 1, \"t\": 2}]", "it names 't' twice");
        Path cut = write("f.json", "[{\"t\": \"x\"},~{\"t\": ");
        assertThatThrownBy(
                        () ->
                                RowReader.any()
                                        .optSkipBadRows(true)
                                        .build()
                                        .read(cut, RowMapper.text("t")))
                .hasMessageContaining("f.json, line 2");
    }

    @Test
    void unpacksGzipWhateverItIsCalled() throws IOException {
        byte[] packed = gzip("text,label\nHé,1\n");
        for (String name : new String[] {"a.csv.gz", "a.csv"}) {
            Path file = Files.write(folder.resolve(name), packed);
            assertThat(first(RowReader.any(), file)).containsExactly("Hé", "1");
            assertThat(first(RowReader.csv(), file)).containsExactly("Hé", "1");
            assertThat(RowReader.any().build().find(file).describe()).contains(": gzip, table");
        }
        Rows<Row> stream =
                RowReader.any().build().read(new ByteArrayInputStream(packed), "jar!/a", ALL);
        assertThat(stream.rows()).hasSize(1);

        byte[] large = gzip("text,label\n" + "some text,1\n".repeat(50_000));
        Path cut = Files.write(folder.resolve("b.csv.gz"), Arrays.copyOf(large, large.length / 2));
        assertThatThrownBy(() -> RowReader.csv().build().read(cut, ALL))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("b.csv.gz, line ")
                .hasMessageContaining("gzip ends here, or is damaged");
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream packed = new GZIPOutputStream(bytes)) {
            packed.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    @Test
    void leavesOutAByteOrderMark() throws IOException {
        assertThat(found("a.csv", "\uFEFFtext,label~a,1~")).endsWith("columns [text, label]");
        assertThat(found("a.json", "\uFEFF[{\"b\": 1}]")).isEqualTo("JSON array; columns [b]");
        Path json = write("a.json", "\uFEFF[{\"b\": 1}]");
        assertThat(first(RowReader.any(), json)).containsExactly("1");
        Path lines = write("a.jsonl", "\uFEFF{\"b\": 1}~");
        assertThat(first(RowReader.any(), lines)).containsExactly("1");
    }

    @Test
    void refusesWhatIsNoText() throws IOException {
        for (var charset : List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE)) {
            Path file = Files.write(folder.resolve("a.csv"), "text,label\n".getBytes(charset));
            assertThatThrownBy(() -> RowReader.any().build().read(file, ALL))
                    .hasMessageEndingWith("a.csv is UTF-16. Save it as UTF-8.");
        }
        refuses("a.xlsx", "PK\003\004 and so on", "zip archive or an Excel workbook");
        refuses("b.csv", "", "b.csv is empty");
        refuses("c.csv", " ~~", "c.csv is empty");
    }

    /** Of few long rows, one that is cut off is a large part. */
    @Test
    void leavesOutARowThatIsCutOff() throws IOException {
        Path file = write("a", "text|label~" + ("x".repeat(100_000) + "|1~").repeat(3));

        assertThat(RowReader.any().build().find(file).describe()).contains("table with '|'");
    }

    /** The error of a row far behind the beginning. */
    @Test
    void looksAtTheBeginningOfALargeFile() throws IOException {
        Path file =
                write("a.csv", "text;label~" + "some text, longer;1~".repeat(30_000) + "a;b;c~");

        assertThat(RowReader.any().build().find(file).describe()).contains("table with ';'");
        assertThatThrownBy(() -> RowReader.any().build().read(file, ALL))
                .hasMessageContaining("line 30002: 3 columns where the header has 2");
    }

    @Test
    void namesTheNearestColumn() throws IOException {
        Path file = write("a.csv", "text,label~a,1~");

        assertThatThrownBy(() -> RowReader.any().build().read(file, RowMapper.text("labels")))
                .hasMessageContaining(
                        "line 1: the header [text, label] lacks the column 'labels'. Did you mean"
                                + " 'label'? Name it, with ',' between names.");
    }

    @Test
    void takesOptionsForTablesWhereThereIsATable() throws IOException {
        Path file = write("a.csv", "a;1~b;2~");

        assertThat(first(RowReader.csv().optDelimiter(';').optHeader(false), file))
                .containsExactly("a", "1");
        assertThat(first(RowReader.csv().optQuotes(false).optHeader(false), file))
                .containsExactly("a;1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RowReader.jsonLines().optHeader(true))
                .withMessageContaining("optHeader is for tables");
    }
}
