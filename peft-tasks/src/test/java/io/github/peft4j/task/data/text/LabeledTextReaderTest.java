package io.github.peft4j.task.data.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.task.data.read.RowReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabeledTextReaderTest {

    private static final String HEADER = "split\tid\tscore\tlabel\ttext\n";
    private static final LabeledTextReader READER = LabeledTextReader.tsv().build();

    @TempDir private Path directory;

    private Path write(String text) throws IOException {
        return write(text, StandardCharsets.UTF_8);
    }

    private Path write(String text, Charset charset) throws IOException {
        return Files.write(directory.resolve("demo.tsv"), text.getBytes(charset));
    }

    @Test
    void readsAStreamUnderTheNameGiven() throws IOException {
        byte[] good = (HEADER + "train\t1\t2\tpositive\tyes\n").getBytes(StandardCharsets.UTF_8);
        byte[] bad = (HEADER + "train\t1\t2\tpositive\n").getBytes(StandardCharsets.UTF_8);

        assertThat(READER.read(new ByteArrayInputStream(good), "a.tsv").size()).isEqualTo(1);
        assertThatThrownBy(() -> READER.read(new ByteArrayInputStream(bad), "jar!/a.tsv"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("jar!/a.tsv, line 2: 4 columns where the header has 5.");
    }

    private void refuses(LabeledTextReader reader, String text, String... parts)
            throws IOException {
        Path file = write(text);
        assertThatThrownBy(() -> reader.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("demo.tsv")
                .hasMessageContainingAll(parts);
    }

    @Test
    void readsTheDemoForm() throws IOException {
        Path file =
                write(
                        HEADER
                                + "train\t1\t2.7\tpositive\t\"Quotes\" stay,  spaces  too\n"
                                + "test\t2\t-1\tnegative\tNö\n"
                                + "train\t3\t0\tneutral\tso so\n"
                                + "train\t4\t-2\tnegative\tbad\n");

        TextDataset train =
                LabeledTextReader.tsv()
                        .optLabels("negative", "positive")
                        .optLeaveOut("neutral")
                        .optSplit("train")
                        .build()
                        .read(file);

        assertThat(train.rows())
                .containsExactly(
                        new LabeledText("\"Quotes\" stay,  spaces  too", Label.ofClass(1)),
                        new LabeledText("bad", Label.ofClass(0)));
        assertThat(train.labels()).containsExactly("negative", "positive");
        assertThat(train.badRows()).isZero();
    }

    @Test
    void sortsTheLabelsOfTheWholeFile() throws IOException {
        Path file = write("label\ttext\tsplit\nb\tone\ttest\na\ttwo\ttrain\nb\tthree\ttrain\n");

        TextDataset train = LabeledTextReader.tsv().optSplit("train").build().read(file);

        assertThat(train.labels()).containsExactly("a", "b");
        assertThat(train.rows())
                .containsExactly(
                        new LabeledText("two", Label.ofClass(0)),
                        new LabeledText("three", Label.ofClass(1)));
    }

    @Test
    void readsPairsByteOrderMarksAndWindowsLines() throws IOException {
        Path file = write("\uFEFFtext\tlabel\ttext_pair\r\na\tx\tb\r\nc\tx\td");

        assertThat(READER.read(file).rows())
                .containsExactly(
                        new LabeledText("a", "b", Label.ofClass(0)),
                        new LabeledText("c", "d", Label.ofClass(0)));
    }

    @Test
    void namesTheLineOfABadRow() throws IOException {
        refuses(READER, HEADER + "train\t1\t0\tx\ta\nb\n", "line 3", "1 columns", "has 5");
        refuses(READER, HEADER + "train\t1\t0\tx\ta\tb\n", "line 2", "6 columns");
        refuses(READER, HEADER + "train\t1\t0\tx\t \n", "line 2", "the text is empty");
        refuses(READER, HEADER + "train\t1\t0\t\ta\n", "line 2", "the label is empty");
        refuses(
                LabeledTextReader.tsv().optLabels("x", "y").build(),
                HEADER + "train\t1\t0\tz\ta\n",
                "line 2",
                "label 'z' is none of [x, y]");
    }

    @Test
    void refusesTextThatIsNotUtf8() throws IOException {
        Path file = write(HEADER + "train\t1\t0\tx\ta\ntrain\t2\t0\tx\tNö\n", ISO_8859_1);

        assertThatThrownBy(() -> READER.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("line 3", "not UTF-8");
    }

    @Test
    void countsBadRowsThatItSkips() throws IOException {
        Path file = write(HEADER + "train\t1\t0\tx\ta\nb\n\ntrain\t2\t0\tx\t\n");

        TextDataset read = LabeledTextReader.tsv().optSkipBadRows(true).build().read(file);

        assertThat(read.size()).isEqualTo(1);
        assertThat(read.badRows()).isEqualTo(3);
    }

    @Test
    void refusesFilesWithoutTheColumnsItNeeds() throws IOException {
        refuses(READER, "", "is empty");
        refuses(READER, "label,text\n", "line 1", "lacks the column 'label'");
        refuses(READER, "label\tbody\n", "line 1", "lacks the column 'text'");
        refuses(READER, "label\ttext\ttext\n", "names a column twice");
        refuses(READER, "label\ttext\n", "gives 0 examples");
        LabeledTextReader train = LabeledTextReader.tsv().optSplit("tran").build();
        refuses(train, "label\ttext\nx\ta\n", "lacks the column 'split'");
        refuses(train, HEADER + "train\t1\t0\tx\ta\n", "split 'tran'", "Splits here: train");
    }

    @Test
    void refusesContradictoryLabels() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LabeledTextReader.tsv().optLabels("a", "a").build())
                .withMessageContaining("twice");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LabeledTextReader.tsv().optLabels("a").optLeaveOut("a").build())
                .withMessageContaining("both a class and left out");
    }

    @Test
    void readsOtherColumnsAndForms() throws IOException {
        Path csv = write("body,kind,other\n\"a, b\",x,c\n");
        Path json =
                Files.writeString(
                        directory.resolve("demo.jsonl"), "{\"text\":\"a\",\"label\":1}\n");

        TextDataset table =
                LabeledTextReader.builder(RowReader.csv().build())
                        .optTextColumn("body")
                        .optLabelColumn("kind")
                        .optTextPairColumn("other")
                        .build()
                        .read(csv);
        TextDataset lines =
                LabeledTextReader.builder(RowReader.jsonLines().build()).build().read(json);

        assertThat(table.rows()).containsExactly(new LabeledText("a, b", "c", Label.ofClass(0)));
        assertThat(lines.labels()).containsExactly("1");
        refuses(
                LabeledTextReader.tsv().optTextPairColumn("other").build(),
                HEADER,
                "lacks the column 'other'");
    }

    @Test
    void drawsTheSameExamplesForTheSameSeed() throws IOException {
        StringBuilder text = new StringBuilder("label\ttext\n");
        for (int i = 0; i < 100; i++) {
            text.append(i < 50 ? 'a' : 'b').append('\t').append(i).append('\n');
        }
        TextDataset all = READER.read(write(text.toString()));

        TextDataset drawn = all.draw(20, 1);

        assertThat(drawn.rows()).hasSize(20).doesNotHaveDuplicates();
        assertThat(all.rows()).containsAll(drawn.rows());
        assertThat(drawn.rows()).extracting(LabeledText::label).contains(Label.ofClass(0));
        assertThat(drawn.rows()).extracting(LabeledText::label).contains(Label.ofClass(1));
        assertThat(all.draw(20, 1)).isEqualTo(drawn);
        assertThat(all.draw(20, 2)).isNotEqualTo(drawn);
        assertThatIllegalArgumentException().isThrownBy(() -> all.draw(101, 1));
    }
}
