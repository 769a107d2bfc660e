package io.github.peft4j.examples.job;

import ai.djl.translate.TranslateException;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.data.TokenPairs;
import io.github.peft4j.task.data.read.RowReader;
import io.github.peft4j.task.data.text.TextPair;
import io.github.peft4j.task.folder.AdapterFolder;
import io.github.peft4j.task.serve.FolderPredictor;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.train.InBatchNegatives;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Texts near one another that belong together, learned from pairs. */
public final class EmbedPairs {

    private EmbedPairs() {}

    /**
     * Trains: each text is to be nearer to its partner than to those of the other pairs of a batch.
     *
     * @param checkpoint Hugging Face directory
     * @param table TSV with the columns {@code question} and {@code answer}
     * @param adapter where the adapter goes
     */
    public static void train(Path checkpoint, Path table, Path adapter) throws IOException {
        // snippet: job-embed-train
        List<TextPair> pairs =
                RowReader.tsv().build().read(table, TextPair.columns("question", "answer")).rows();
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint);
                TransformerModel base = Transformers.load(checkpoint, TaskType.FEATURE_EXTRACTION);
                PeftModel model =
                        PeftModels.getPeftModel(
                                base,
                                LoraConfig.builder()
                                        .optTaskType(TaskType.FEATURE_EXTRACTION)
                                        .optLoraAlpha(16)
                                        .build())) {
            TrainingArguments arguments =
                    TrainingArguments.builder()
                            .optEpochs(2)
                            .optPerDeviceTrainBatchSize(64)
                            .optLearningRate(1e-3)
                            .build();
            PeftTrainer.builder(model, arguments)
                    .optObjective(new InBatchNegatives())
                    .build()
                    .fit(TokenPairs.of(tokenizer, pairs, EncodeOptions.truncatedTo(64)), null);
            model.savePretrained(adapter);
        }
        // end
    }

    /** The vectors of texts; those of length 1 have their cosine as product. */
    public static List<float[]> ask(Path adapter, List<String> texts)
            throws IOException, TranslateException {
        // snippet: job-embed-ask
        try (AdapterFolder folder = AdapterFolder.load(adapter);
                FolderPredictor<String, float[]> predictor =
                        FolderPredictor.of(folder, String.class, float[].class)) {
            return predictor.batchPredict(texts);
        }
        // end
    }
}
