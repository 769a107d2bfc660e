package io.github.peft4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.task.data.chat.read.ConversationReader;
import io.github.peft4j.task.data.chat.read.Conversations;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainChatsTest {

    private static final String TEMPLATE =
            "{{ bos_token }}{% for m in messages %}{% if m.role == 'assistant' %}"
                    + "{% generation %}{{ ' ' + m.content + eos_token }}{% endgeneration %}"
                    + "{% else %}{{ '[INST] ' + m.content + ' [/INST]' }}{% endif %}{% endfor %}";

    @TempDir private Path folder;
    private Path checkpoint;
    private Path chats;

    @BeforeEach
    void makeAChatModel() throws IOException {
        checkpoint = Files.createDirectory(folder.resolve("checkpoint"));
        for (String file :
                List.of(
                        "config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "tokenizer_config.json")) {
            Files.copy(Golden.path("models/llama-causal").resolve(file), checkpoint.resolve(file));
        }
        Files.writeString(checkpoint.resolve("chat_template.jinja"), TEMPLATE);
        chats = folder.resolve("chats.jsonl");
        Files.writeString(
                chats,
                "{\"messages\": [{\"role\": \"user\", \"content\": \"2 + 2?\"}, {\"role\":"
                        + " \"assistant\", \"content\": \"4\"}, {\"role\": \"user\", \"content\":"
                        + " \"3?\"}, {\"role\": \"assistant\", \"content\": \"6\"}]}\n");
    }

    @Test
    void trainsOnConversations() throws IOException {
        Path output = folder.resolve("adapter");

        String described = TrainChats.train(checkpoint, chats, output);

        assertThat(described)
                .contains("(messages): 1 rows, 2 turns of the assistant,")
                .contains("6 of them count (ASSISTANT, found by the template's generation marks)");
        assertThat(output.resolve("adapter_model.safetensors")).exists();
    }

    @Test
    void countsOtherTokens() throws IOException {
        Conversations conversations = ConversationReader.builder().build().read(chats);
        Path template = checkpoint.resolve("chat_template.jinja");
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint)) {
            assertThat(TrainChats.lastTurns(tokenizer, conversations).counts().countedTokens())
                    .isEqualTo(3);
            assertThat(TrainChats.ownTemplate(tokenizer, template).counts().countedTokens())
                    .isEqualTo(3);
        }
    }
}
