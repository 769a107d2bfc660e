package io.github.peft4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.task.data.text.Label;
import io.github.peft4j.task.data.text.LabeledText;
import io.github.peft4j.task.data.text.TextDataset;
import io.github.peft4j.task.data.text.TextPair;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadTablesTest {

    @TempDir private Path folder;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void trainsOnAPartOfAFile() throws IOException {
        String rows = "Who paid?,money\nThe boats came.,sport\n".repeat(10);

        assertThat(
                        ReadTables.train(
                                Golden.path("models/bert-seqcls"),
                                write("a.csv", "review,topic\n" + rows)))
                .containsKey("loss");
    }

    @Test
    void saysWhatAFileIs() throws IOException {
        Path file = write("a.csv", "text;label\nx;1\n");

        assertThat(ReadTables.look(file))
                .isEqualTo(
                        file
                                + ": table with ';' between cells, cells in quotes, a header;"
                                + " columns [text, label]");
    }

    @Test
    void readsEveryKind() throws IOException {
        assertThat(ReadTables.exact(write("a.csv", "gut;0,5\nschlecht;1,5\n")).labels())
                .containsExactly("0,5", "1,5");
        assertThat(ReadTables.numbers(write("b.csv", "text,score\nx,0.5\n")).rows())
                .containsExactly(new LabeledText("x", Label.ofScore(0.5)));
        Path cells = write("c.csv", "text,topics\nx,news|sport\ny,art\n");
        Path columns = write("d.csv", "text,art,news,sport\nx,0,1,1\ny,1,0,0\n");
        List<TextDataset> several = ReadTables.several(cells, columns);
        assertThat(several.get(0).rows()).isEqualTo(several.get(1).rows());
        assertThat(several.get(0).labels()).isEqualTo(several.get(1).labels());
        List<TextDataset> two =
                ReadTables.two(
                        write("e.csv", "text,label\nx,b\ny,a\n"),
                        write("f.csv", "text,label\nz,b\n"));
        assertThat(two.get(1).rows()).containsExactly(new LabeledText("z", Label.ofClass(1)));
        assertThat(ReadTables.pairs(write("g.tsv", "query\tanswer\n" + "q\ta\n".repeat(10))))
                .hasSize(9)
                .contains(new TextPair("q", "a"));
    }
}
