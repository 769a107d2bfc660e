package io.github.peft4j.examples.job;

import ai.djl.translate.TranslateException;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.data.chat.ChatDataset;
import io.github.peft4j.task.data.chat.ChatOptions;
import io.github.peft4j.task.data.chat.read.ChatRow;
import io.github.peft4j.task.data.chat.read.ConversationReader;
import io.github.peft4j.task.folder.AdapterFolder;
import io.github.peft4j.task.serve.FolderPredictor;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A model that does as it is told, learned from conversations or from Alpaca's rows. */
public final class FollowInstructions {

    private FollowInstructions() {}

    /**
     * Trains.
     *
     * @param checkpoint Hugging Face directory
     * @param rows JSON lines, JSON or Parquet with {@code messages}, or with {@code instruction},
     *     {@code input} and {@code output}
     * @param adapter where the adapter goes
     */
    public static void train(Path checkpoint, Path rows, Path adapter) throws IOException {
        // snippet: job-chat-train
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint);
                TransformerModel base = Transformers.load(checkpoint, TaskType.CAUSAL_LM);
                PeftModel model =
                        PeftModels.getPeftModel(
                                base,
                                LoraConfig.builder()
                                        .optTaskType(TaskType.CAUSAL_LM)
                                        .optTargetModules("all-linear")
                                        .optR(16)
                                        .optLoraAlpha(32)
                                        .build())) {
            ChatDataset dataset =
                    ChatDataset.of(
                            tokenizer,
                            ConversationReader.builder().build().read(rows),
                            ChatOptions.builder().optMaxLength(256).build());
            TrainingArguments arguments =
                    TrainingArguments.builder().optEpochs(3).optLearningRate(1e-3).build();
            new PeftTrainer(model, arguments).fit(dataset, null);
            model.savePretrained(adapter);
        }
        // end
    }

    /** The answer of a model with a chat template. */
    public static String chat(Path adapter, String text) throws IOException, TranslateException {
        // snippet: job-chat-ask
        try (AdapterFolder folder = AdapterFolder.load(adapter);
                FolderPredictor<String, String> predictor =
                        FolderPredictor.of(
                                folder,
                                String.class,
                                String.class,
                                Map.of("chat", true, "generation.max_new_tokens", 60))) {
            return predictor.predict(text);
        }
        // end
    }

    /** The answer of a model without one. */
    public static String instruct(Path adapter, String instruction, String input)
            throws IOException, TranslateException {
        // snippet: job-instruct-ask
        String prompt = new ChatRow.Instruction("", instruction, input, "").texts().prompt();
        try (AdapterFolder folder = AdapterFolder.load(adapter);
                FolderPredictor<String, String> predictor =
                        FolderPredictor.of(
                                folder,
                                String.class,
                                String.class,
                                Map.of("generation.max_new_tokens", 60))) {
            return predictor.predict(prompt);
        }
        // end
    }
}
