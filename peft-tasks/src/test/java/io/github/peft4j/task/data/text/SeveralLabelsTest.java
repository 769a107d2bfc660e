package io.github.peft4j.task.data.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.task.data.read.RowReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeveralLabelsTest {

    @TempDir private Path folder;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text.replace("~", "\n"));
    }

    private TextDataset read(LabeledTextReader.Builder reader, String name, String text)
            throws IOException {
        return reader.build().read(write(name, text));
    }

    private void refuses(
            LabeledTextReader.Builder reader, String name, String text, String... parts)
            throws IOException {
        Path file = write(name, text);
        assertThatThrownBy(() -> reader.build().read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(name)
                .hasMessageContainingAll(parts);
    }

    private static List<Label> labels(TextDataset data) {
        return data.rows().stream().map(LabeledText::label).toList();
    }

    private static void isThreeLabels(TextDataset data) {
        assertThat(data.labels()).containsExactly("art", "news", "sport");
        assertThat(labels(data))
                .containsExactly(
                        Label.ofMulti(0, 1, 1), Label.ofMulti(0, 0, 0), Label.ofMulti(1, 1, 0));
        assertThat(data.problemType()).isEqualTo(ProblemType.MULTI_LABEL_CLASSIFICATION);
    }

    @Test
    void readsListsOfNames() throws IOException {
        String text =
                "{\"text\": \"x\", \"labels\": [\"sport\", \"news\"]}~{\"text\": \"y\", \"labels\": []}~"
                        + "{\"text\": \"z\", \"labels\": [\"news\", \"art\"]}~";

        isThreeLabels(read(LabeledTextReader.any(), "a.jsonl", text));
        refuses(
                LabeledTextReader.any(),
                "b.jsonl",
                text + "{\"text\": \"w\", \"labels\": \"art\"}~",
                "line 4: the labels 'art' is no list",
                "optLabelSeparator");
        refuses(
                LabeledTextReader.any(),
                "c.jsonl",
                "{\"text\": \"w\", \"labels\": [\"a\", \"a\"]}~",
                "line 1: the labels [a, a] names a label twice");
        refuses(
                LabeledTextReader.any(),
                "d.jsonl",
                "{\"text\": \"w\", \"labels\": [\"a\", null]}~",
                "line 1: a label in the labels is null");
    }

    @Test
    void readsCellsWithASeparator() throws IOException {
        String text = "text,labels~x,sport|news~y,~z,news | art~";

        isThreeLabels(read(LabeledTextReader.any().optLabelSeparator("|"), "a.csv", text));
        // a bar in names is none between them
        assertThat(read(LabeledTextReader.any(), "b.csv", "text,label~x,a|b~").labels())
                .containsExactly("a|b");
    }

    @Test
    void readsAColumnForEachLabel() throws IOException {
        String text = "text,art,news,sport~x,0,1,1~y,False,0.0,0~z,True,1.0,0~";
        LabeledTextReader.Builder reader =
                LabeledTextReader.any().optLabelColumns("art", "news", "sport");

        isThreeLabels(read(reader, "a.csv", text));
        refuses(
                reader,
                "b.csv",
                text + "w,0,2,0~",
                "line 5: the column 'news' of a label holds '2'");
        refuses(
                LabeledTextReader.any().optLabelColumns("art", "new"),
                "c.csv",
                text,
                "lacks the column 'new'. Did you mean 'news'?");
    }

    @Test
    void readsListsOfANumberForEachLabel() throws IOException {
        String floats =
                "{\"text\": \"x\", \"labels\": [0.0, 1.0]}~{\"text\": \"y\", \"labels\": [0.5, 0.0]}~";
        TextDataset read = read(LabeledTextReader.any(), "a.jsonl", floats);
        assertThat(read.labels()).containsExactly("0", "1");
        assertThat(labels(read)).containsExactly(Label.ofMulti(0, 1), Label.ofMulti(0.5, 0));

        String bits =
                "{\"text\": \"x\", \"labels\": [0, 1, 1]}~{\"text\": \"y\", \"labels\": [0, 0, 0]}~";
        refuses(LabeledTextReader.any(), "b.jsonl", bits, "line 1", "optMultiHot(true)");
        TextDataset hot =
                read(
                        LabeledTextReader.any().optMultiHot(true).optLabels("a", "b", "c"),
                        "b.jsonl",
                        bits);
        assertThat(hot.labels()).containsExactly("a", "b", "c");
        assertThat(labels(hot)).containsExactly(Label.ofMulti(0, 1, 1), Label.ofMulti(0, 0, 0));
        refuses(
                LabeledTextReader.any().optMultiHot(true).optLabels("a", "b"),
                "b.jsonl",
                bits,
                "line 1: the labels has 3 values where there are 2 labels");
        refuses(
                LabeledTextReader.any().optMultiHot(true),
                "c.jsonl",
                "{\"text\": \"x\", \"labels\": [0, 3]}~",
                "line 1: the labels [0, 3] is no list of a number from 0 to 1");
    }

    @Test
    void asksWhetherTwoBitsAreLabels() throws IOException {
        String text =
                "{\"text\": \"x\", \"labels\": [0, 1]}~{\"text\": \"y\", \"labels\": [1, 0]}~";

        refuses(LabeledTextReader.any(), "a.jsonl", text, "each row has the labels 0 and 1");
        assertThat(labels(read(LabeledTextReader.any().optMultiHot(true), "a.jsonl", text)))
                .containsExactly(Label.ofMulti(0, 1), Label.ofMulti(1, 0));
        assertThat(
                        labels(
                                read(
                                        LabeledTextReader.any(),
                                        "b.jsonl",
                                        text + "{\"text\": \"z\", \"labels\": [2]}~")))
                .containsExactly(
                        Label.ofMulti(1, 1, 0), Label.ofMulti(1, 1, 0), Label.ofMulti(0, 0, 1));
    }

    @Test
    void keepsTheLabelsOfAnotherFile() throws IOException {
        LabeledTextReader reader = LabeledTextReader.any().optLabelSeparator("|").build();
        TextDataset train = reader.read(write("a.csv", "text,labels~x,c|a~y,b~"));

        TextDataset test =
                reader.withLabelsOf(train).read(write("b.csv", "text,labels~v,c~w,b|c~"));

        assertThat(test.labels()).containsExactly("a", "b", "c");
        assertThat(labels(test)).containsExactly(Label.ofMulti(0, 0, 1), Label.ofMulti(0, 1, 1));
        Path other = write("c.csv", "text,labels~v,c|d~");
        assertThatThrownBy(() -> reader.withLabelsOf(train).read(other))
                .hasMessageContaining("c.csv, line 2: label 'd' is none of [a, b, c]");
    }

    @Test
    void refusesAListWhereOneClassIsRead() throws IOException {
        refuses(
                LabeledTextReader.any().optProblemType(ProblemType.SINGLE_LABEL_CLASSIFICATION),
                "a.jsonl",
                "{\"text\": \"x\", \"label\": [\"a\"]}~",
                "line 1: the label is a list [a]",
                "optProblemType(MULTI_LABEL_CLASSIFICATION)");
    }

    @Test
    void refusesOptionsThatContradict() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                LabeledTextReader.any()
                                        .optLabelSeparator("|")
                                        .optProblemType(ProblemType.REGRESSION)
                                        .build())
                .withMessageContaining("problem_type regression has one label a row");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                LabeledTextReader.any()
                                        .optLabelColumns("a", "b")
                                        .optLabels("b", "a")
                                        .build())
                .withMessageContaining("Labels [b, a] are not the columns [a, b]");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                LabeledTextReader.any()
                                        .optLabelColumns("a", "b")
                                        .optLabelSeparator("|")
                                        .build())
                .withMessageContaining("Give one of both");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LabeledTextReader.any().optLabelSeparator("").build())
                .withMessageContaining("The separator of labels '' is empty");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                LabeledTextReader.builder(RowReader.csv().build())
                                        .optLabelSeparator("|")
                                        .optLeaveOut("a")
                                        .build())
                .withMessageContaining("optLeaveOut [a] is for one class a row");
    }
}
