package io.github.peft4j.task.data.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.tagging.TaggedTextReader;
import io.github.peft4j.task.data.text.Label;
import io.github.peft4j.task.data.text.LabeledText;
import io.github.peft4j.task.data.text.LabeledTextReader;
import io.github.peft4j.task.data.text.TextDataset;
import io.github.peft4j.task.folder.AdapterFolder;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One label has one number, in whatever order and in whatever file it stands. */
class LabelNumbersTest {

    @TempDir Path folder;

    private static ImmutableList<Integer> classes(TextDataset data) {
        return data.rows().stream()
                .map(LabeledText::label)
                .map(label -> ((Label.ClassIndex) label).index())
                .collect(ImmutableList.toImmutableList());
    }

    @Test
    void takesClassNumbersAsTheyAre() throws IOException {
        Path table = Folders.resource("reports/labels-integers-csv/table.csv");

        TextDataset data = LabeledTextReader.builder(RowReader.csv().build()).build().read(table);

        assertThat(data.labels()).containsExactly("0", "1", "2");
        assertThat(classes(data)).containsExactly(1, 0, 1, 2);
        TextDataset given =
                LabeledTextReader.builder(RowReader.csv().build())
                        .optLabels("2", "1", "0")
                        .build()
                        .read(table);
        assertThat(given.labels()).containsExactly("2", "1", "0");
        assertThat(classes(given)).containsExactly(1, 2, 1, 0);
    }

    @Test
    void readsTheSameNumbersFromTwoFiles() throws IOException {
        Path reports = Folders.resource("reports/labels-of-two-files");
        LabeledTextReader reader = LabeledTextReader.tsv().build();

        assertThat(reader.read(reports.resolve("train.tsv")).labels())
                .isEqualTo(reader.read(reports.resolve("test.tsv")).labels())
                .containsExactly("neg", "pos");
    }

    /** As Python sorts a column of its numbers or texts. */
    @ParameterizedTest
    @CsvSource({
        "1 0 2, 0 1 2", "2 0, 0 1 2", "10 2 1, 1 2 10", "1 -1 0, -1 0 1", "5 3, 3 5",
        "10 9 a, 10 9 a", "true false, false true", "b a B, B a b", "01 1, 01 1", "1.0 0.0, 0.0 1.0"
    })
    void sortsEachFormatAlike(String appearing, String expected) throws IOException {
        StringBuilder table = new StringBuilder("label\ttext\n");
        StringBuilder json = new StringBuilder();
        StringBuilder conll = new StringBuilder();
        StringBuilder tagged = new StringBuilder();
        List<String> rows = Splitter.on(' ').splitToList(appearing);
        for (String label : rows) {
            table.append(label).append("\tx\n");
            json.append("{\"text\": \"x\", \"label\": \"%s\"}%n".formatted(label));
            conll.append("x ").append(label).append('\n');
            tagged.append("{\"tokens\": \"x\", \"tags\": \"%s\"}%n".formatted(label));
        }
        String[] labels = Splitter.on(' ').splitToList(expected).toArray(new String[0]);

        TextDataset texts = LabeledTextReader.tsv().build().read(write("a.tsv", table));
        assertThat(texts.labels()).containsExactly(labels);
        assertThat(classes(texts))
                .containsExactlyElementsOf(
                        rows.stream().map(Arrays.asList(labels)::indexOf).toList());
        assertThat(
                        LabeledTextReader.builder(RowReader.jsonLines().build())
                                .build()
                                .read(write("a.jsonl", json))
                                .labels())
                .containsExactly(labels);
        assertThat(TaggedTextReader.conll().read(write("a.txt", conll)).labels())
                .containsExactly(labels);
        assertThat(
                        new TaggedTextReader(
                                        RowReader.jsonLines().build(),
                                        TaggedTextReader.conll().texts(),
                                        ImmutableList.of())
                                .read(write("b.jsonl", tagged))
                                .labels())
                .containsExactly(labels);
    }

    private Path write(String name, CharSequence text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void refusesToTrainAndEvaluateWithOtherNumbers() throws IOException {
        Path bert = Folders.resource("golden/tokenizers/bert");
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(bert);
                TransformerModel base =
                        Transformers.load(Golden.path("models/bert-seqcls"), TaskType.SEQ_CLS);
                PeftModel model =
                        PeftModels.getPeftModel(
                                base, LoraConfig.builder().optTaskType(TaskType.SEQ_CLS).build())) {
            TokenDataset train = dataset(tokenizer, "neg\ta\npos\tb\n");
            TokenDataset half = dataset(tokenizer, "pos\ta\n");
            TokenDataset other = dataset(tokenizer, "pos\ta\nneg\tb\n");
            PeftTrainer trainer =
                    new PeftTrainer(model, TrainingArguments.builder().optEpochs(1).build());

            assertThatThrownBy(() -> trainer.fit(train, half))
                    .hasMessageContaining("Label 'pos' is class 0 of [pos] here and class 1")
                    .hasMessageContaining("optLabels");
            trainer.fit(train, other);
            assertThatIllegalArgumentException().isThrownBy(() -> trainer.evaluate(half));
            assertThat(trainer.evaluate(other)).containsKey("loss");
        }
    }

    @Test
    void refusesOtherNumbersOfRowsAlone() throws IOException {
        try (Tokenizer tokenizer =
                        Tokenizer.fromPretrained(Folders.resource("golden/tokenizers/bert"));
                TransformerModel base =
                        Transformers.load(Golden.path("models/bert-seqcls"), TaskType.SEQ_CLS);
                PeftModel model =
                        PeftModels.getPeftModel(
                                base, LoraConfig.builder().optTaskType(TaskType.SEQ_CLS).build())) {
            TokenDataset train = rows(tokenizer, "neg\ta\nneu\tb\npos\tc\n");
            TokenDataset half = rows(tokenizer, "pos\ta\nneu\tb\n");
            assertThat(half.labels()).containsExactly("neu", "pos");
            PeftTrainer trainer =
                    new PeftTrainer(model, TrainingArguments.builder().optEpochs(1).build());
            trainer.fit(train, null);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> trainer.evaluate(half))
                    .withMessageContaining("Label 'neu' is class 0 of [neu, pos] here and class 1");
            // the base has no names, the file has: the adapter keeps them
            model.savePretrained(folder.resolve("adapter"));
            try (AdapterFolder again =
                    AdapterFolder.load(folder.resolve("adapter"), withTokenizer("bert-seqcls"))) {
                assertThat(again.labels()).containsExactly("neg", "neu", "pos");
                PeftTrainer later =
                        new PeftTrainer(
                                again.model(), TrainingArguments.builder().optEpochs(1).build());
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> later.evaluate(half))
                        .withMessageContaining("in the model")
                        .withMessageContaining("LoadOptions.optLabels");
            }
        }
    }

    @Test
    void refusesOtherNumbersThanTheModels() throws IOException {
        LoadOptions turned = LoadOptions.builder().optLabels("pos", "neu", "neg").build();
        try (Tokenizer tokenizer =
                        Tokenizer.fromPretrained(Folders.resource("golden/tokenizers/bert"));
                TransformerModel base =
                        Transformers.load(
                                Golden.path("models/bert-seqcls"), TaskType.SEQ_CLS, turned);
                PeftModel model =
                        PeftModels.getPeftModel(
                                base, LoraConfig.builder().optTaskType(TaskType.SEQ_CLS).build())) {
            TokenDataset train = dataset(tokenizer, "neg\ta\nneu\tb\npos\tc\n");
            PeftTrainer trainer =
                    new PeftTrainer(model, TrainingArguments.builder().optEpochs(1).build());

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> trainer.fit(train, null))
                    .withMessageContaining(
                            "Label 'neg' is class 0 of [neg, neu, pos] here and class 2 of [pos,"
                                    + " neu, neg] in the model")
                    .withMessageContaining("optLabels");
        }
    }

    private Path withTokenizer(String model) throws IOException {
        Path base = Files.createDirectories(folder.resolve(model));
        Folders.copy(Golden.path("models/" + model), base);
        Folders.copy(Folders.resource("golden/tokenizers/bert"), base);
        return base;
    }

    private TokenDataset rows(Tokenizer tokenizer, String rows) throws IOException {
        TextDataset data =
                LabeledTextReader.tsv().build().read(write("c.tsv", "label\ttext\n" + rows));
        return TokenDataset.of(tokenizer, data.rows(), EncodeOptions.DEFAULT);
    }

    private TokenDataset dataset(Tokenizer tokenizer, String rows) throws IOException {
        TextDataset data =
                LabeledTextReader.tsv().build().read(write("c.tsv", "label\ttext\n" + rows));
        return TokenDataset.of(tokenizer, data, EncodeOptions.DEFAULT)
                .withLabels(List.copyOf(data.labels()));
    }
}
