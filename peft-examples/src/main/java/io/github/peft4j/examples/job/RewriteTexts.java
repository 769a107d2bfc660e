package io.github.peft4j.examples.job;

import ai.djl.translate.TranslateException;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.data.generation.TargetTexts;
import io.github.peft4j.task.data.read.RowReader;
import io.github.peft4j.task.data.text.TextPair;
import io.github.peft4j.task.folder.AdapterFolder;
import io.github.peft4j.task.serve.FolderPredictor;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Texts rewritten by an encoder-decoder, learned from pairs. */
public final class RewriteTexts {

    private RewriteTexts() {}

    /**
     * Trains.
     *
     * @param checkpoint Hugging Face directory of a T5 or BART
     * @param table TSV with the columns {@code from} and {@code to}
     * @param adapter where the adapter goes
     */
    public static void train(Path checkpoint, Path table, Path adapter) throws IOException {
        // snippet: job-rewrite-train
        List<TextPair> pairs =
                RowReader.tsv().build().read(table, TextPair.columns("from", "to")).rows();
        EncodeOptions length = EncodeOptions.truncatedTo(64);
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint);
                TransformerModel base = Transformers.load(checkpoint, TaskType.SEQ_2_SEQ_LM);
                PeftModel model =
                        PeftModels.getPeftModel(
                                base,
                                LoraConfig.builder()
                                        .optTaskType(TaskType.SEQ_2_SEQ_LM)
                                        .optTargetModules("all-linear")
                                        .optR(16)
                                        .optLoraAlpha(32)
                                        .build())) {
            TrainingArguments arguments =
                    TrainingArguments.builder()
                            .optEpochs(10)
                            .optPerDeviceTrainBatchSize(32)
                            .optLearningRate(1e-3)
                            .build();
            new PeftTrainer(model, arguments)
                    .fit(TargetTexts.of(tokenizer, pairs, length, length), null);
            model.savePretrained(adapter);
        }
        // end
    }

    /** The text rewritten. */
    public static String ask(Path adapter, String text) throws IOException, TranslateException {
        // snippet: job-rewrite-ask
        try (AdapterFolder folder = AdapterFolder.load(adapter);
                FolderPredictor<String, String> predictor =
                        FolderPredictor.of(
                                folder,
                                String.class,
                                String.class,
                                Map.of("generation.max_new_tokens", 60))) {
            return predictor.predict(text);
        }
        // end
    }
}
