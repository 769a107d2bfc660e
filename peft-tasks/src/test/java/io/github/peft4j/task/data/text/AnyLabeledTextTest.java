package io.github.peft4j.task.data.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.task.Folders;
import io.github.peft4j.task.data.read.RowReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of strangers: format, columns and kind of label are found or asked for. */
class AnyLabeledTextTest {

    @TempDir private Path folder;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text.replace("~", "\n").replace("^", "\t"));
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

    private static LabeledText row(String text, int index) {
        return new LabeledText(text, Label.ofClass(index));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            value = {
                "a.csv @ text,label~x,n~y,p~",
                "a.csv @ ,review,sentiment~0,x,n~1,y,p~",
                "a.csv @ Label;Text~n;x~p;y~",
                "a.tsv @ id^sentence^category~1^x^n~2^y^p~",
                "a.csv @ satz,label~x,n~y,p~",
                "a.csv @ text,art~x,n~y,p~",
                "a.csv @ text,title,label~x,a,n~y,b,p~",
                "a.csv @ text,label,label_text,score~x,n,n,1~y,p,p,2~",
                "a.jsonl @ {\"text\": \"x\", \"label\": \"n\"}~{\"label\": \"p\", \"text\": \"y\"}~",
                "a.json @ [{\"comment\": \"x\", \"topic\": \"n\"},~{\"topic\": \"p\", \"comment\": \"y\"}]"
            })
    void guessesColumns(String name, String text) throws IOException {
        TextDataset data = read(LabeledTextReader.any(), name, text);

        assertThat(data.rows()).containsExactly(row("x", 0), row("y", 1));
        assertThat(data.labels()).containsExactly("n", "p");
        assertThat(data.problemType()).isEqualTo(ProblemType.SINGLE_LABEL_CLASSIFICATION);
    }

    @ParameterizedTest
    @CsvSource({
        "sentence1, sentence2",
        "premise, hypothesis",
        "Question1, Question2",
        "text, text_pair"
    })
    void guessesPairs(String first, String second) throws IOException {
        String text = "label,%s,%s~n,x,y~p,v,w~".formatted(first, second);

        assertThat(read(LabeledTextReader.any(), "a.csv", text).rows())
                .containsExactly(
                        new LabeledText("x", "y", Label.ofClass(0)),
                        new LabeledText("v", "w", Label.ofClass(1)));
    }

    @Test
    void asksWhereColumnsCannotBeTold() throws IOException {
        refuses(
                LabeledTextReader.any(),
                "a.csv",
                "review,comment,label~a,b,c~",
                "which of the columns [review, comment, label] holds the texts",
                "optTextColumn");
        refuses(
                LabeledTextReader.any(),
                "b.csv",
                "text,sentiment,topic~a,b,c~",
                "holds the labels cannot be told. Name it: optLabelColumn");
        refuses(LabeledTextReader.any(), "c.csv", "id,label~1,b~", "optTextColumn");
        assertThat(
                        read(
                                        LabeledTextReader.any()
                                                .optTextColumn("comment")
                                                .optLabelColumn("topic"),
                                        "d.csv",
                                        "review,comment,topic,label~a,b,c,d~")
                                .rows())
                .containsExactly(row("b", 0));
    }

    @Test
    void namesTheNearestColumnAndAllOthers() throws IOException {
        refuses(
                LabeledTextReader.any().optTextColumn("reviews"),
                "a.csv",
                "review,label~a,b~",
                "the header [review, label] lacks the column 'reviews'. Did you mean 'review'?");
    }

    @Test
    void readsATableWithoutHeader() throws IOException {
        TextDataset data =
                read(
                        LabeledTextReader.any().optTextColumn("0").optLabelColumn("1"),
                        "a.csv",
                        "fine,1~poor,0~good,1~");

        assertThat(data.rows()).containsExactly(row("fine", 1), row("poor", 0), row("good", 1));
        refuses(LabeledTextReader.any(), "b.csv", "fine,1~poor,0~good,1~", "columns [0, 1]");
    }

    @Test
    void readsParquetOfPandas() throws IOException {
        Path file = Folders.resource("tables").resolve("pandas.parquet");

        TextDataset data =
                LabeledTextReader.builder(RowReader.any().optSkipBadRows(true).build())
                        .optLabelColumn("label")
                        .build()
                        .read(file);

        assertThat(data.labels()).containsExactly("1", "2"); // rows of 0 have no text
        assertThat(data.rows().subList(0, 3))
                .containsExactly(row("Süß, really", 0), row("a \"quoted\"\nline", 1), row("😀", 0));
        assertThat(data.badRows()).isEqualTo(5);
    }

    @Test
    void asksWhatLabelsWithPointsAre() throws IOException {
        String text = "text,score~x,0.5~y,2~z,-1e-1~";
        refuses(
                LabeledTextReader.any(),
                "a.csv",
                text,
                "the labels are numbers (0.5, 2, -1e-1)",
                "optProblemType(REGRESSION)");

        TextDataset numbers =
                read(LabeledTextReader.any().optProblemType(ProblemType.REGRESSION), "a.csv", text);
        assertThat(numbers.rows())
                .extracting(LabeledText::label)
                .containsExactly(Label.ofScore(0.5), Label.ofScore(2), Label.ofScore(-0.1));
        assertThat(numbers.labels()).containsExactly("score");
        assertThat(numbers.problemType()).isEqualTo(ProblemType.REGRESSION);
        TextDataset classes =
                read(
                        LabeledTextReader.any()
                                .optProblemType(ProblemType.SINGLE_LABEL_CLASSIFICATION),
                        "a.csv",
                        text);
        assertThat(classes.labels()).containsExactly("-1e-1", "0.5", "2");
        assertThat(read(LabeledTextReader.any(), "b.csv", "text,stars~x,5~y,1~").labels())
                .containsExactly("1", "5");
    }

    @Test
    void refusesWhatIsNoNumber() throws IOException {
        LabeledTextReader.Builder numbers =
                LabeledTextReader.any().optProblemType(ProblemType.REGRESSION);
        refuses(numbers, "a.csv", "text,score~x,1~y,two~", "line 3: the score 'two' is no number");
        refuses(numbers, "a.csv", "text,score~x,1~y,NaN~", "line 3: the score 'NaN' is no number");
        refuses(numbers, "a.csv", "text,score~x,1~y,~", "line 3: the score is empty");
    }

    @Test
    void keepsTheLabelsOfAnotherFile() throws IOException {
        LabeledTextReader reader = LabeledTextReader.any().build();
        TextDataset train = reader.read(write("a.csv", "text,label~x,b~y,a~z,c~"));

        TextDataset test =
                reader.withLabelsOf(train)
                        .read(write("b.jsonl", "{\"text\":\"v\",\"label\":\"c\"}~"));

        assertThat(test.labels()).isEqualTo(train.labels()).containsExactly("a", "b", "c");
        assertThat(test.rows()).containsExactly(row("v", 2));
        Path other = write("c.csv", "text,label~v,a~w,d~");
        assertThatThrownBy(() -> reader.withLabelsOf(train).read(other))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("c.csv, line 3: label 'd' is none of [a, b, c]");
    }

    @Test
    void keepsWhatAnotherFilePredicts() throws IOException {
        LabeledTextReader numbers =
                LabeledTextReader.any().optProblemType(ProblemType.REGRESSION).build();
        TextDataset train = numbers.read(write("a.csv", "text,score~x,0.5~"));

        TextDataset test =
                LabeledTextReader.any()
                        .build()
                        .withLabelsOf(train)
                        .read(write("b.csv", "text,score~x,7~"));

        assertThat(test.labels()).containsExactly("score");
        assertThat(test.rows()).extracting(LabeledText::label).containsExactly(Label.ofScore(7));
    }

    @Test
    void refusesToGuessColumnsOfAGivenFormat() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new LabeledTextReader(
                                        RowReader.csv().build(),
                                        null,
                                        null,
                                        LabeledTextReader.any().build().label()))
                .withMessageContaining("RowReader.any()");
    }
}
