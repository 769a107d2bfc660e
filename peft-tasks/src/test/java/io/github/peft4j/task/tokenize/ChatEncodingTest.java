package io.github.peft4j.task.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.chat.PythonRenderings;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChatEncodingTest {

    private static final List<ChatMessage> HI = List.of(ChatMessage.user("Hi"));

    @TempDir private Path directory;

    @BeforeEach
    void copyATokenizerWithoutATemplate() throws IOException {
        for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
            Files.copy(GoldenTokenizers.directory("qwen2").resolve(file), directory.resolve(file));
        }
    }

    private void configure(String template) throws IOException {
        Path file = directory.resolve("tokenizer_config.json");
        JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        json.add("chat_template", JsonParser.parseString(template));
        Files.writeString(file, json.toString());
    }

    @Test
    void encodesTheChatsOfARealModelAsTransformersDoes() throws IOException, URISyntaxException {
        URL folder = ChatEncodingTest.class.getResource("/chat/smollm2/tokenizer.json");
        assertThat(folder).isNotNull();
        JsonArray chats =
                JsonParser.parseString(PythonRenderings.read("smollm2/chats.json"))
                        .getAsJsonArray();
        assertThat(chats).hasSizeGreaterThan(4);
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(Path.of(folder.toURI()).getParent())) {
            for (JsonElement chat : chats) {
                JsonObject given = chat.getAsJsonObject();
                List<ChatMessage> messages =
                        given.getAsJsonArray("messages").asList().stream()
                                .map(JsonElement::getAsJsonObject)
                                .map(PythonRenderings::message)
                                .toList();

                assertThat(tokenizer.chatTemplate().render(messages, true))
                        .isEqualTo(given.get("prompt").getAsString());
                assertThat(tokenizer.encodeChat(messages).ids())
                        .containsExactly(
                                given.getAsJsonArray("input_ids").asList().stream()
                                        .mapToLong(JsonElement::getAsLong)
                                        .toArray());
            }
        }
    }

    @Test
    void addsNoSpecialTokensToThoseOfTheTemplate() throws IOException {
        try (Tokenizer llama = GoldenTokenizers.load("llama")) {
            Files.copy(
                    GoldenTokenizers.directory("llama").resolve("tokenizer.json"),
                    directory.resolve("llama.json"));
            Files.move(
                    directory.resolve("llama.json"),
                    directory.resolve("tokenizer.json"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            Files.writeString(
                    directory.resolve("tokenizer_config.json"), "{\"bos_token\": \"<s>\"}");
            configure("\"{{ bos_token }}{{ messages[0].content }}\"");
            try (Tokenizer chatting = Tokenizer.fromPretrained(directory)) {
                long bos = llama.specialId("bos_token").orElseThrow();

                assertThat(llama.encode("Hi").ids()).startsWith(bos);
                assertThat(chatting.encodeChat(HI).ids()).startsWith(bos).doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void takesTheTemplateOfTheConfiguration() throws IOException {
        configure("\"one {{ messages[0].content }}\"");
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(directory)) {
            assertThat(tokenizer.chatTemplate().render(HI, false)).isEqualTo("one Hi");
        }

        configure(
                "[{\"name\": \"default\", \"template\": \"a\"},"
                        + " {\"name\": \"tool_use\", \"template\": \"b\"}]");
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(directory)) {
            assertThat(tokenizer.chatTemplate().render(HI, false)).isEqualTo("a");
            assertThat(tokenizer.chatTemplate("tool_use").render(HI, false)).isEqualTo("b");
            assertThatIllegalStateException()
                    .isThrownBy(() -> tokenizer.chatTemplate("rag"))
                    .withMessageContaining("no chat template 'rag', it has [default, tool_use]");
        }
    }

    @Test
    void prefersTheFilesToTheConfiguration() throws IOException {
        configure("\"configured\"");
        Files.writeString(directory.resolve("chat_template.jinja"), "file\n");
        Path more = Files.createDirectory(directory.resolve("additional_chat_templates"));
        Files.writeString(more.resolve("tool_use.jinja"), "tools");

        try (Tokenizer tokenizer = Tokenizer.fromPretrained(directory)) {
            assertThat(tokenizer.chatTemplate().render(HI, false)).isEqualTo("file");
            assertThat(tokenizer.chatTemplate("tool_use").render(HI, false)).isEqualTo("tools");
        }
    }

    @Test
    void saysWhatIsWrongWithTheTemplate() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(directory)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> tokenizer.encodeChat(HI))
                    .withMessageContaining("no chat template 'default', it has []")
                    .withMessageContaining("chat_template.jinja");
        }
        // a tokenizer whose template nobody asks for still encodes
        configure("\"{% for %}\"");
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(directory)) {
            assertThat(tokenizer.encode("b").length()).isPositive();
            assertThatIllegalArgumentException()
                    .isThrownBy(tokenizer::chatTemplate)
                    .withMessageContaining("line 1");
        }
        configure("[{\"name\": 1}]");
        assertThatThrownBy(() -> Tokenizer.fromPretrained(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tokenizer_config.json holds a chat_template");
    }
}
