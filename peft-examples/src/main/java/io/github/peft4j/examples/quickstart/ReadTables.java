package io.github.peft4j.examples.quickstart;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.read.FoundFile;
import io.github.peft4j.task.data.read.RowReader;
import io.github.peft4j.task.data.text.LabeledTextReader;
import io.github.peft4j.task.data.text.ProblemType;
import io.github.peft4j.task.data.text.Split;
import io.github.peft4j.task.data.text.TextDataset;
import io.github.peft4j.task.data.text.TextPair;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** From files as people have them to datasets. */
public final class ReadTables {

    private ReadTables() {}

    /**
     * Trains on four fifths of a file and evaluates on the rest.
     *
     * @param checkpoint Hugging Face directory: config.json, *.safetensors, tokenizer.json
     * @param file labelled texts
     * @return the loss on the rest, as {@code loss}
     */
    public static Map<String, Double> train(Path checkpoint, Path file) throws IOException {
        LoraConfig config = LoraConfig.builder().optTaskType(TaskType.SEQ_CLS).build();
        TrainingArguments arguments = TrainingArguments.builder().optEpochs(1).build();
        EncodeOptions options = EncodeOptions.truncatedTo(64);
        // snippet: data-train
        TextDataset data = LabeledTextReader.any().build().read(file);
        Split<TextDataset> parts = data.split(0.2, 42); // a fifth is for testing
        LoadOptions head =
                LoadOptions.builder()
                        .optLabels(data.labels())
                        .optProblemType(data.problemType().key())
                        .build();
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint);
                TransformerModel base = Transformers.load(checkpoint, TaskType.SEQ_CLS, head);
                PeftModel model = PeftModels.getPeftModel(base, config)) {
            PeftTrainer trainer = new PeftTrainer(model, arguments);
            TokenDataset test = TokenDataset.of(tokenizer, parts.test(), options);
            trainer.fit(TokenDataset.of(tokenizer, parts.train(), options), test);
            return trainer.evaluate(test);
        }
        // end
    }

    /** What a file is, said before it is read. */
    public static String look(Path file) throws IOException {
        // snippet: data-look
        FoundFile found = RowReader.any().build().find(file);
        System.out.println(found.describe());
        // end
        return found.describe();
    }

    /** A file that may be read in two ways, with everything said. */
    public static TextDataset exact(Path file) throws IOException {
        // snippet: data-exact
        RowReader rows = RowReader.any().optDelimiter(';').optHeader(false).build();
        TextDataset data =
                LabeledTextReader.builder(rows)
                        .optTextColumn("0")
                        .optLabelColumn("1")
                        .build()
                        .read(file);
        // end
        return data;
    }

    /** Numbers, for regression. */
    public static TextDataset numbers(Path file) throws IOException {
        // snippet: data-numbers
        TextDataset data =
                LabeledTextReader.any()
                        .optLabelColumn("score")
                        .optProblemType(ProblemType.REGRESSION)
                        .build()
                        .read(file);
        // end
        return data;
    }

    /** Several labels a row, in one cell and in columns. */
    public static List<TextDataset> several(Path cells, Path columns) throws IOException {
        // snippet: data-several
        TextDataset inOneCell = // x,news|sport
                LabeledTextReader.any()
                        .optLabelColumn("topics")
                        .optLabelSeparator("|")
                        .build()
                        .read(cells);
        TextDataset inColumns = // x,0,1,1
                LabeledTextReader.any()
                        .optLabelColumns("art", "news", "sport")
                        .build()
                        .read(columns);
        // end
        return List.of(inOneCell, inColumns);
    }

    /** Two files of the same labels. */
    public static List<TextDataset> two(Path trainFile, Path testFile) throws IOException {
        // snippet: data-two
        LabeledTextReader reader = LabeledTextReader.any().build();
        TextDataset train = reader.read(trainFile);
        TextDataset test = reader.withLabelsOf(train).read(testFile);
        // end
        return List.of(train, test);
    }

    /** Pairs of texts for embeddings or generation, and rows of any shape. */
    public static List<TextPair> pairs(Path file) throws IOException {
        // snippet: data-pairs
        List<TextPair> pairs =
                RowReader.any().build().read(file, TextPair.columns("query", "answer")).rows();
        Split<List<TextPair>> parts = Split.of(pairs, 0.1, 42);
        // end
        return parts.train();
    }
}
