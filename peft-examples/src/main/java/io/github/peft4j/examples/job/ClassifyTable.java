package io.github.peft4j.examples.job;

import ai.djl.modality.Classifications;
import ai.djl.translate.TranslateException;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.text.LabeledTextReader;
import io.github.peft4j.task.data.text.Split;
import io.github.peft4j.task.data.text.TextDataset;
import io.github.peft4j.task.folder.AdapterFolder;
import io.github.peft4j.task.serve.FolderPredictor;
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

/** A classifier from a table with columns of its own. */
public final class ClassifyTable {

    private ClassifyTable() {}

    /**
     * Trains on nine tenths of a table and evaluates on the rest.
     *
     * @param checkpoint Hugging Face directory
     * @param table CSV, TSV, JSON lines or Parquet
     * @param adapter where the adapter goes
     */
    public static void train(Path checkpoint, Path table, Path adapter) throws IOException {
        // snippet: job-classify-train
        TextDataset data =
                LabeledTextReader.any()
                        .optTextColumn("complaint")
                        .optLabelColumn("department")
                        .build()
                        .read(table);
        Split<TextDataset> parts = data.split(0.1, 42); // a tenth is for testing
        LoadOptions labels = LoadOptions.builder().optLabels(data.labels()).build();
        EncodeOptions length = EncodeOptions.truncatedTo(128);
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint);
                TransformerModel base = Transformers.load(checkpoint, TaskType.SEQ_CLS, labels);
                PeftModel model =
                        PeftModels.getPeftModel(
                                base,
                                LoraConfig.builder()
                                        .optTaskType(TaskType.SEQ_CLS)
                                        .optLoraAlpha(16)
                                        .build())) {
            TrainingArguments arguments =
                    TrainingArguments.builder()
                            .optEpochs(3)
                            .optPerDeviceTrainBatchSize(32)
                            .optLearningRate(1e-3)
                            .build();
            new PeftTrainer(model, arguments)
                    .fit(
                            TokenDataset.of(tokenizer, parts.train(), length),
                            TokenDataset.of(tokenizer, parts.test(), length));
            model.savePretrained(adapter);
        }
        // end
    }

    /** Asks the adapter, in a program that knows its folder alone. */
    public static Classifications ask(Path adapter, String text)
            throws IOException, TranslateException {
        // snippet: job-classify-ask
        try (AdapterFolder folder = AdapterFolder.load(adapter);
                FolderPredictor<String, Classifications> predictor =
                        FolderPredictor.of(folder, String.class, Classifications.class)) {
            return predictor.predict(text);
        }
        // end
    }
}
