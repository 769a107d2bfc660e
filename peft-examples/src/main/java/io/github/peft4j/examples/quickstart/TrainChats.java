package io.github.peft4j.examples.quickstart;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.data.chat.ChatDataset;
import io.github.peft4j.task.data.chat.ChatLoss;
import io.github.peft4j.task.data.chat.ChatOptions;
import io.github.peft4j.task.data.chat.Overlong;
import io.github.peft4j.task.data.chat.read.ChatRow;
import io.github.peft4j.task.data.chat.read.ConversationReader;
import io.github.peft4j.task.data.chat.read.Conversations;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A chat model, fine-tuned on conversations. */
public final class TrainChats {

    private TrainChats() {}

    /** Trains on the conversations of a file, and saves the adapter. */
    public static String train(Path checkpoint, Path chats, Path output) throws IOException {
        // snippet: chat-train
        Conversations conversations = ConversationReader.builder().build().read(chats);
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint);
                TransformerModel base = Transformers.load(checkpoint, TaskType.CAUSAL_LM);
                PeftModel model =
                        PeftModels.getPeftModel(
                                base,
                                LoraConfig.builder().optTaskType(TaskType.CAUSAL_LM).build())) {
            ChatDataset dataset = ChatDataset.of(tokenizer, conversations);
            System.out.println(dataset.preview(0)); // lines that begin with * count
            TrainingArguments arguments =
                    TrainingArguments.builder().optEpochs(1).optLearningRate(2e-4).build();
            new PeftTrainer(model, arguments).fit(dataset, null);
            model.savePretrained(output);
            return dataset.describe();
        }
        // end
    }

    /** A dataset with other options. */
    public static ChatDataset lastTurns(Tokenizer tokenizer, Conversations conversations) {
        // snippet: chat-options
        ChatOptions options =
                ChatOptions.builder()
                        .optLoss(ChatLoss.LAST_TURN)
                        .optMaxLength(2048)
                        .optOverlong(Overlong.DROP)
                        .optVariable("enable_thinking", false)
                        .build();
        ChatDataset dataset = ChatDataset.of(tokenizer, conversations, options);
        // end
        return dataset;
    }

    /** Conversations that are in no file, written with a template of one's own. */
    public static ChatDataset ownTemplate(Tokenizer tokenizer, Path template) throws IOException {
        // snippet: chat-template
        Tokenizer marked =
                tokenizer.withChatTemplates(Map.of("default", Files.readString(template)));
        ChatRow row = ChatRow.of(ChatMessage.user("2 + 2?"), ChatMessage.assistant("4"));
        return ChatDataset.of(marked, Conversations.of(List.of(row)));
        // end
    }
}
