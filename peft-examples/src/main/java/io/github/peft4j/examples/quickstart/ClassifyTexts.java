package io.github.peft4j.examples.quickstart;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.text.LabeledTextReader;
import io.github.peft4j.task.data.text.TextDataset;
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

/** From a checkpoint and a table of labelled texts to an adapter that Python loads. */
public final class ClassifyTexts {

    private ClassifyTexts() {}

    /**
     * From a checkpoint to an adapter, and back.
     *
     * @param checkpoint Hugging Face directory: config.json, *.safetensors
     * @param adapter where the adapter goes
     */
    public static void adapt(
            Path checkpoint, TokenDataset train, TokenDataset validation, Path adapter)
            throws IOException {
        LoraConfig config = LoraConfig.builder().optTaskType(TaskType.SEQ_CLS).optR(8).build();
        // snippet: first-look
        try (TransformerModel base = Transformers.load(checkpoint, TaskType.SEQ_CLS);
                PeftModel model = PeftModels.getPeftModel(base, config)) {
            new PeftTrainer(model, TrainingArguments.builder().optEpochs(3).build())
                    .fit(train, validation);
            model.savePretrained(adapter); // Python's PeftModel.from_pretrained loads it
        }
        // end
    }

    /**
     * Fine-tunes a BERT on texts.
     *
     * @param checkpoint Hugging Face directory: config.json, *.safetensors, tokenizer.json
     * @param table TSV with the columns {@code label} and {@code text}
     * @param output where the adapter goes
     */
    public static void fineTune(Path checkpoint, Path table, Path output) throws IOException {
        // snippet: quickstart
        TextDataset data = LabeledTextReader.tsv().build().read(table);
        LoadOptions labels = LoadOptions.builder().optLabels(data.labels()).build();
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint);
                TransformerModel base = Transformers.load(checkpoint, TaskType.SEQ_CLS, labels);
                PeftModel model =
                        PeftModels.getPeftModel(
                                base,
                                LoraConfig.builder()
                                        .optTaskType(TaskType.SEQ_CLS)
                                        .optR(8)
                                        .optLoraAlpha(16)
                                        .build())) {
            model.printTrainableParameters();
            new PeftTrainer(
                            model,
                            TrainingArguments.builder()
                                    .optEpochs(3)
                                    .optPerDeviceTrainBatchSize(32)
                                    .optLearningRate(1e-3)
                                    .build())
                    .fit(TokenDataset.of(tokenizer, data, EncodeOptions.truncatedTo(64)), null);
            model.savePretrained(output);
        }
        // end
    }
}
