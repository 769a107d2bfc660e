package io.github.peft4j.task.data.read;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.task.Folders;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that pandas and pyarrow wrote, against what pandas reads from them. */
class ParquetParserTest {

    private static final Path TABLES = Folders.resource("tables");
    private static final RowMapper<Row> ALL = RowMapper.of(row -> row);

    @TempDir private Path folder;

    private static List<Row> rows(RowReader.Builder reader, String file) throws IOException {
        return reader.build().read(TABLES.resolve(file), ALL).rows();
    }

    private static List<Map<String, Object>> values(List<Row> rows) {
        return rows.stream().map(Row::values).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "pandas, pandas, 20",
        "nested-zstd, nested-zstd, 4",
        "kinds-snappy, kinds-snappy, 3",
        "kinds-gzip, kinds-snappy, 3",
        "kinds-lz4, kinds-snappy, 3",
        "kinds-none, kinds-snappy, 3"
    })
    void readsWhatPandasReads(String file, String expected, int count) throws IOException {
        List<Row> rows = rows(RowReader.any(), file + ".parquet");

        assertThat(values(rows))
                .hasSize(count)
                .isEqualTo(values(rows(RowReader.any().optField(expected), "expected.json")));
    }

    @Test
    void givesTextsAsATableWouldHoldThem() throws IOException {
        Row row = rows(RowReader.any(), "kinds-snappy.parquet").get(0);

        assertThat(row.get("f32")).isEqualTo("0.1");
        assertThat(row.get("u64")).isEqualTo("18446744073709551615");
        assertThat(row.get("flag")).isEqualTo("true");
        assertThat(row.get("money")).isEqualTo("1.25");
        assertThat(row.get("when")).isEqualTo("1970-01-01T00:00:00");
        assertThat(rows(RowReader.any(), "nested-zstd.parquet").get(0).fields()).isEmpty();
    }

    @Test
    void saysWhatItFound() throws IOException {
        Path file = TABLES.resolve("pandas.parquet");

        assertThat(RowReader.any().build().find(file).describe())
                .isEqualTo(file + ": Parquet; columns [text, label, score]");
    }

    @Test
    void refusesAColumnThatIsNotThere() {
        Path file = TABLES.resolve("pandas.parquet");

        assertThatThrownBy(() -> RowReader.any().build().read(file, RowMapper.text("texts")))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith(
                        "there is no column 'texts' among [text, label, score]. Did you mean"
                                + " 'text'? Name one of these.");
    }

    @Test
    void namesTheRowThatIsBad() {
        Path file = TABLES.resolve("pandas.parquet");

        assertThatThrownBy(() -> RowReader.any().build().read(file, RowMapper.text("text")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("pandas.parquet, row 2: the field 'text' is missing");
    }

    @Test
    void refusesDamagedFiles() throws IOException {
        byte[] good = Files.readAllBytes(TABLES.resolve("pandas.parquet"));
        for (int end : new int[] {4, 5, 12, 300, good.length - 4, good.length - 1}) {
            refuses(Arrays.copyOf(good, end));
        }
        byte[] zeros = good.clone();
        Arrays.fill(zeros, 30, 400, (byte) 0);
        refuses(zeros);
        byte[] footer = good.clone();
        Arrays.fill(footer, good.length - 60, good.length - 8, (byte) 7);
        refuses(footer);
    }

    private void refuses(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("a.parquet"), bytes);

        assertThatThrownBy(() -> RowReader.any().build().read(file, ALL))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a.parquet cannot be read as Parquet: ")
                .hasMessageEndingWith("Get the file again, or write it anew.")
                .message()
                .doesNotContain("FileSystemInputFile");
    }

    @Test
    void refusesWhatOnlyItsNameCallsParquet() throws IOException {
        Path file = Files.writeString(folder.resolve("b.parquet"), "text,label\na,b\n");

        assertThatThrownBy(() -> RowReader.any().build().read(file, ALL))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not begin as such files do (PAR1)");
        assertThatThrownBy(
                        () ->
                                RowReader.any()
                                        .build()
                                        .read(
                                                new ByteArrayInputStream("PAR1".getBytes(US_ASCII)),
                                                "jar!/c.parquet",
                                                ALL))
                .hasMessageContaining("read from a plain file alone");
    }

    /** Brotli needs a library of its own. */
    @Test
    void namesACompressionThatCannotBeRead() {
        Path file = TABLES.resolve("brotli.parquet");

        assertThatThrownBy(() -> RowReader.any().build().read(file, ALL))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("brotli.parquet cannot be read as Parquet: ");
    }

    @Test
    void namesTheTypeThatCannotBeRead() {
        Path file = TABLES.resolve("half.parquet");

        assertThatThrownBy(() -> RowReader.any().build().read(file, ALL))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("half.parquet cannot be read as Parquet: ")
                .hasMessageEndingWith("Write the column with another type.");
    }

    @Test
    void saysWhatToAddWhereTheLibraryIsMissing() throws Exception {
        ClassLoader without = new WithoutCarpet(getClass().getClassLoader());
        Path parquet = TABLES.resolve("pandas.parquet");
        Path table = TABLES.resolve("topics.csv");

        assertThat(describe(without, table)).contains("table with ','");
        assertThatThrownBy(() -> describe(without, parquet))
                .hasRootCauseInstanceOf(ClassNotFoundException.class)
                .cause()
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(parquet + " is a Parquet file, and what reads it is not")
                .hasMessageContaining("Add the dependency com.jerolba:carpet-record:0.5.0");
        assertThat(describe(getClass().getClassLoader(), parquet)).contains("Parquet");
    }

    private static String describe(ClassLoader loader, Path file) throws Exception {
        Class<?> reader = loader.loadClass("io.github.peft4j.task.data.read.RowReader");
        Object builder = reader.getMethod("any").invoke(null);
        Object any = builder.getClass().getMethod("build").invoke(builder);
        Object found = reader.getMethod("find", Path.class).invoke(any, file);
        return (String) found.getClass().getMethod("describe").invoke(found);
    }

    /** Readers of data as they are where only peft-tasks has been added. */
    private static final class WithoutCarpet extends ClassLoader {

        WithoutCarpet(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("com.jerolba.") || name.startsWith("org.apache.parquet.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.github.peft4j.task.data.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            return known == null ? define(name) : known;
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream code =
                    getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = code.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException failed) {
                throw new ClassNotFoundException(name, failed);
            }
        }
    }
}
