package io.github.peft4j.task.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {

    private static final List<ChatMessage> HELLO = List.of(ChatMessage.user("Hello!"));

    private static ChatTemplate template(String name) {
        return ChatTemplate.of(
                PythonRenderings.read(name + ".jinja"), PythonRenderings.specialTokens());
    }

    private static String render(JsonObject given) {
        return template(given.get("template").getAsString())
                .render(
                        PythonRenderings.conversation(given.get("conversation").getAsInt()),
                        given.get("add_generation_prompt").getAsBoolean());
    }

    @Test
    void writesWhatTransformersWrites() {
        SoftAssertions softly = new SoftAssertions();
        int texts = 0;
        for (JsonObject given : PythonRenderings.chats()) {
            if (given.has("text")) {
                texts++;
                softly.assertThat(render(given))
                        .as(given.get("template") + " " + given.get("conversation"))
                        .isEqualTo(given.get("text").getAsString());
            }
        }
        softly.assertAll();
        assertThat(texts).isGreaterThan(50);
    }

    /** Ten thousand messages are within what a rendering may spend. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "headers",
                "instructions",
                "macros",
                "tags",
                "thinking",
                "turns",
                "smollm2/chat_template"
            })
    @Timeout(30)
    void writesVeryLongChats(String name) {
        List<ChatMessage> messages = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            messages.add(ChatMessage.user("question %d ".formatted(i) + "x".repeat(100)));
            messages.add(ChatMessage.assistant("answer %d ".formatted(i) + "y".repeat(100)));
        }
        messages.add(ChatMessage.user("the last"));

        assertThat(template(name).render(messages, true))
                .contains("question 0 x", "answer 4999 y", "the last")
                .hasSizeGreaterThan(1_000_000);
    }

    /** Work that grows as the square of the messages is refused in time. */
    @Test
    @Timeout(30)
    void refusesLongChatsThatCostTooMuch() {
        ChatTemplate square =
                ChatTemplate.of(
                        "{% for m in messages %}{% for n in messages[:loop.index] %}"
                                + "{{ n.content | length }}{% endfor %}{% endfor %}",
                        Map.of());
        List<ChatMessage> messages = Collections.nCopies(10_000, ChatMessage.user("hello"));

        assertThatIllegalArgumentException().isThrownBy(() -> square.render(messages, true));
    }

    @Test
    void refusesWhatTheTemplateRefuses() {
        int refused = 0;
        for (JsonObject given : PythonRenderings.chats()) {
            if (given.has("raised")) {
                refused++;
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> render(given))
                        .withMessageContaining("The chat template refuses these messages: ")
                        .withMessageContaining(given.get("raised").getAsString());
            }
        }
        assertThat(refused).isGreaterThan(15);
    }

    @Test
    void givesTemplatesFurtherVariables() {
        ChatTemplate thinking = template("thinking");

        assertThat(thinking.render(HELLO, true)).endsWith("assistant\n");
        assertThat(thinking.render(HELLO, true, Map.of("enable_thinking", false)))
                .endsWith("assistant\n<think>\n\n</think>\n\n");
        assertThat(thinking.render(HELLO, false, Map.of("tools", List.of(Map.of("name", "f")))))
                .startsWith("<|im_start|>system\n\n{\"name\": \"f\"}<|im_end|>\n");
        assertThat(
                        template("headers")
                                .render(
                                        HELLO,
                                        false,
                                        Map.of("bos_token", "!", "date_string", "today")))
                .startsWith("!<|start_header_id|>")
                .contains("Today Date: today\n");
    }

    @Test
    void readsTheClockThatItIsGiven() {
        Clock clock = Clock.fixed(Instant.parse("2024-07-04T15:06:09Z"), ZoneOffset.UTC);

        assertThat(
                        ChatTemplate.of("{{ strftime_now('%d %b %Y') }}", Map.of(), clock)
                                .render(HELLO, false))
                .isEqualTo("04 Jul 2024");
    }

    @Test
    void tellsToolsThatAreAbsentFromNamesThatAreUnknown() {
        String source =
                "{{ tools is defined }} {{ tools is none }} {{ documents is none }} {{ x is defined }}";

        assertThat(ChatTemplate.of(source, Map.of()).render(HELLO, false))
                .isEqualTo("True True True False");
    }

    @Test
    void namesTheLineOfAnError() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatTemplate.of("one\n{% if %}", Map.of()))
                .withMessage(
                        "The chat template cannot be read, line 2: Found '%}' where a value should be."
                                + " Correct chat_template in the checkpoint.");
        ChatTemplate failing = ChatTemplate.of("\n\n{{ messages[0].role + 1 }}", Map.of());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> failing.render(HELLO, false))
                .withMessage(
                        "The chat template fails at line 3: '+' is not defined for str and int."
                                + " Check that messages and variables are what it reads.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> failing.render(List.of(), false))
                .withMessageContaining("0 messages make no conversation");
        assertThatThrownBy(() -> failing.render(HELLO, false, Map.of("x", new Object())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot see a java.lang.Object");
    }
}
