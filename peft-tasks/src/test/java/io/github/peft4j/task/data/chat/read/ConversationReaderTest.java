package io.github.peft4j.task.data.chat.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.github.peft4j.task.chat.ChatMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConversationReaderTest {

    private static final List<ChatMessage> HI =
            List.of(ChatMessage.user("Hi"), ChatMessage.assistant("Hello!"));

    private static Conversations read(ConversationReader.Builder reader, String text)
            throws IOException {
        return reader.build()
                .read(
                        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                        "chats.jsonl");
    }

    private static ChatRow row(String json) throws IOException {
        Conversations read = read(ConversationReader.builder(), json);
        assertThat(read.size()).isEqualTo(1);
        return read.rows().get(0);
    }

    private static ChatRow.Turns turns(String json) throws IOException {
        return (ChatRow.Turns) row(json);
    }

    private static String message(String content) {
        return "{\"messages\": [{\"role\": \"user\", \"content\": " + content + "}]}";
    }

    @Test
    void readsMessages() throws IOException {
        ChatRow.Turns row =
                turns(
                        "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"},"
                                + " {\"role\": \"assistant\", \"content\": \"Hello!\"}],"
                                + " \"prompt\": \"Hi\", \"source\": 7}");

        assertThat(row.messages()).isEqualTo(HI);
        assertThat(row.prompt()).isZero();
        assertThat(row.tools()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "human, user",
        "user, user",
        "gpt, assistant",
        "chatgpt, assistant",
        "model, assistant",
        "assistant, assistant",
        "system, system",
        "developer, developer",
        "function, tool",
        "function_response, tool",
        "observation, tool",
        "tool, tool"
    })
    void readsTheRolesOfShareGpt(String from, String role) throws IOException {
        ChatRow.Turns row =
                turns(
                        "{\"conversations\": [{\"from\": \"%s\", \"value\": \"Hi\"}]}"
                                .formatted(from));

        assertThat(row.messages()).containsExactly(new ChatMessage(role, "Hi"));
    }

    @Test
    void putsAFieldSystemFirst() throws IOException {
        assertThat(
                        turns(
                                        "{\"system\": \"Be brief.\", \"conversations\":"
                                                + " [{\"from\": \"human\", \"value\": \"Hi\"},"
                                                + " {\"from\": \"gpt\", \"value\": \"Hello!\"}]}")
                                .messages())
                .containsExactly(ChatMessage.system("Be brief."), HI.get(0), HI.get(1));
        refuses(
                "{\"system\": \"a\", \"messages\": [{\"role\": \"system\", \"content\": \"b\"}]}",
                "line 1: there is a field system and a message of that role. Keep one of them.");
    }

    @Test
    void readsPromptsAndCompletions() throws IOException {
        assertThat(row("{\"prompt\": \"Hi\", \"completion\": \" there\"}"))
                .isEqualTo(new ChatRow.Texts("Hi", " there"));

        ChatRow.Turns turns =
                turns(
                        "{\"system\": \"s\", \"prompt\": [{\"role\": \"user\", \"content\":"
                                + " \"Hi\"}], \"completion\": [{\"role\": \"assistant\","
                                + " \"content\": \"Hello!\"}]}");
        assertThat(turns.messages()).containsExactly(ChatMessage.system("s"), HI.get(0), HI.get(1));
        assertThat(turns.prompt()).isEqualTo(2);
    }

    @Test
    void readsAlpaca() throws IOException {
        ChatRow.Instruction row =
                (ChatRow.Instruction)
                        row(
                                "{\"instruction\": \"Add.\", \"input\": \"2, 2\", \"output\":"
                                        + " \"4\", \"text\": \"all of it\"}");

        assertThat(row).isEqualTo(new ChatRow.Instruction("", "Add.", "2, 2", "4"));
        assertThat(row.turns().messages())
                .containsExactly(ChatMessage.user("Add.\n2, 2"), ChatMessage.assistant("4"));
        assertThat(row.texts().prompt())
                .isEqualTo(
                        "Below is an instruction that describes a task, paired with an input that"
                                + " provides further context. Write a response that appropriately"
                                + " completes the request.\n\n### Instruction:\nAdd.\n\n###"
                                + " Input:\n2, 2\n\n### Response:");
        assertThat(new ChatRow.Instruction("Be brief.", "Go 100%", "", "4").texts().prompt())
                .isEqualTo(
                        "Be brief.\n\nBelow is an instruction that describes a task. Write a"
                                + " response that appropriately completes the request.\n\n###"
                                + " Instruction:\nGo 100%\n\n### Response:");
    }

    @Test
    void readsArraysAndLinesAlike(@TempDir Path folder) throws IOException {
        String one = "{\"prompt\": \"a\", \"completion\": \"b\"}";
        String two = "{\"prompt\": \"c\", \"completion\": \"d\"}";
        Path file = folder.resolve("chats.json");
        for (String text :
                List.of(
                        one + "\n\n" + two + "\n",
                        "[" + one + "," + two + "]",
                        "\uFEFF [\n " + one + ",\n" + two + "\n]\n",
                        "\uFEFF" + one + "\r\n" + two)) {
            Files.writeString(file, text);

            Conversations read = ConversationReader.builder().build().read(file);

            assertThat(read.rows())
                    .containsExactly(new ChatRow.Texts("a", "b"), new ChatRow.Texts("c", "d"));
            assertThat(read.format()).isEqualTo(ChatFormat.PROMPT_COMPLETION);
            assertThat(read.name()).isEqualTo(file.toString());
        }
        refuses("[" + one + ",\n{\"a\": \"b\"}]", "chats.jsonl, line 2: the fields [a] are no");
        refuses("[" + one, "chats.jsonl, line 1: this is no JSON array of objects");
        refuses("[3]", "chats.jsonl is called JSON and begins with [3]. Write one object a line");
    }

    @Test
    void keepsToolsAndFurtherFields() throws IOException {
        ChatRow.Turns row =
                turns(
                        "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\", \"name\":"
                                + " null}, {\"role\": \"assistant\", \"content\": null,"
                                + " \"tool_calls\": [{\"name\": \"f\"}], \"weight\": 1}],"
                                + " \"tools\": \"[{\\\"name\\\": \\\"f\\\", \\\"n\\\": 1}]\","
                                + " \"chat_template_kwargs\":"
                                + " {\"enable_thinking\": false, \"date\": null}}");

        assertThat(row.messages())
                .containsExactly(
                        ChatMessage.user("Hi"),
                        new ChatMessage(
                                "assistant",
                                "",
                                Map.of("tool_calls", List.of(Map.of("name", "f")))));
        assertThat(row.tools()).isEqualTo(List.of(Map.of("name", "f", "n", 1L)));
        assertThat(row.variables()).isEqualTo(Map.of("enable_thinking", false));
        assertThat(
                        turns(
                                        "{\"messages\": [{\"role\": \"user\", \"content\": \"\"}],"
                                                + " \"tools\": []}")
                                .tools())
                .isNull();
    }

    @Test
    void joinsPartsOfContent() throws IOException {
        assertThat(
                        turns(
                                        message(
                                                "[{\"type\": \"text\", \"text\": \"Hi \"},"
                                                        + " \"and \", {\"text\": \"bye\"}]"))
                                .messages())
                .containsExactly(ChatMessage.user("Hi and bye"));
        refuses(
                message("[{\"type\": \"image\", \"url\": \"x\"}]"),
                "line 1: messages[0]: a part of the content is of type 'image', and models here"
                        + " read texts alone. Leave the row out.");
    }

    @Test
    void refusesWhatIsNoConversation() {
        refuses(
                "{\"text\": \"a\", \"label\": 1, \"messages\": null}",
                "chats.jsonl, line 1: the fields [text, label] are no conversation. Name them"
                        + " messages; conversations; prompt and completion; or instruction, input"
                        + " and output.");
        refuses("{\"messages\": []}", "line 1: messages has 0 messages.");
        refuses("{\"messages\": \"Hi\"}", "line 1: messages is no list. Write a list of");
        refuses("{\"messages\": [\"Hi\"]}", "messages[0]: a message is no object. Write {");
        refuses(
                "{\"messages\": [{\"content\": \"Hi\"}]}",
                "messages[0]: the message has no role, only [content]. Add role (or from) to it.");
        refuses(message("3"), "messages[0]: the content is neither a text nor a list of parts.");
        refuses(message("null"), "messages[0]: the content is missing. Fill it in");
        refuses(message("[3]"), "messages[0]: a part of the content is no text.");
        refuses("{\"prompt\": [], \"completion\": \"\"}", "one of prompt and completion is a list");
        refuses("{\"prompt\": 3, \"completion\": \"\"}", "prompt is 3 and no text. Put it in");
        refuses("{\"prompt\": \"\", \"completion\": \"\"}", "prompt and completion are empty.");
        refuses("{\"instruction\": \" \", \"output\": \"\"}", "the instruction is empty.");
        refuses(
                "{\"instruction\": \"a\", \"output\": \"b\", \"history\": [[\"c\", \"d\"]]}",
                "an instruction with a history is not known here. Write the turns as messages.");
        String messages = message("\"Hi\"").replace("}]}", "}], ");
        refuses(messages + "\"tools\": \"{\"}", "tools is a text that is no JSON list.");
        refuses(messages + "\"tools\": 3}", "tools is no list. Write a list of JSON schemas.");
        refuses(messages + "\"tools\": [3]}", "a tool is no object. Write its JSON schema.");
        refuses(messages + "\"chat_template_kwargs\": 3}", "chat_template_kwargs is no object.");
        refuses(
                "{\"messages\": [{\"role\": \"assistant\", \"content\": \"a\", \"weight\": 0}]}",
                "messages[0]: weight 0: turns have no weights here. Leave it out, or delete the");
    }

    @Test
    void refusesRolesThatItDoesNotKnow() throws IOException {
        String json = "{\"conversations\": [{\"from\": \"bot\", \"value\": \"Hi\"}]}";
        refuses(
                json,
                "line 1: conversations[0]: nobody is known as 'bot'. Name the role one of"
                        + " [assistant, chatgpt, developer, function, function_response, gpt,"
                        + " human, model, observation, system, tool, user], or say which role it is"
                        + " with optRole(\"bot\", \"assistant\").");

        Conversations read =
                read(ConversationReader.builder().optRole("bot", "assistant"), json + "\n");
        assertThat(((ChatRow.Turns) read.rows().get(0)).messages())
                .containsExactly(ChatMessage.assistant("Hi"));
    }

    @Test
    void refusesMixedFormats() {
        refuses(
                message("\"Hi\"") + "\n{\"prompt\": \"a\", \"completion\": \"b\"}\n",
                "chats.jsonl, line 2: this row has prompt and completion, the rows before it"
                        + " messages. Keep one format a file.");
        refuses(
                "{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"prompt\": [{\"role\": \"user\","
                        + " \"content\": \"a\"}], \"completion\": [{\"role\": \"assistant\","
                        + " \"content\": \"b\"}]}",
                "line 2: this row has prompt and completion of messages, the rows before it prompt"
                        + " and completion.");
    }

    @Test
    void leavesBadRowsOutIfAsked() throws IOException {
        Conversations read =
                read(
                        ConversationReader.builder().optSkipBadRows(true),
                        "{\"a\": 1}\n"
                                + message("\"Hi\"")
                                + "\n{\"prompt\": \"a\", \"completion\":"
                                + " \"b\"}\nno JSON\n");

        assertThat(read.rows()).hasSize(1);
        assertThat(read.badRows()).isEqualTo(3);
        assertThat(read.format()).isEqualTo(ChatFormat.MESSAGES);
    }

    @Test
    void readsOneSplit() throws IOException {
        String rows =
                """
                {"prompt": "a", "completion": "b", "split": "train"}
                {"prompt": "c", "completion": "d", "split": "test"}
                """;

        assertThat(read(ConversationReader.builder().optSplit("test"), rows).rows())
                .containsExactly(new ChatRow.Texts("c", "d"));
    }

    private static void refuses(String text, String reason) {
        assertThatIOException()
                .isThrownBy(() -> read(ConversationReader.builder(), text))
                .withMessageContaining(reason);
    }
}
