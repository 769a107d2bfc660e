package io.github.peft4j.task.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a template says that the assistant speaks. */
class GenerationMarksTest {

    private static final List<ChatMessage> TALK =
            List.of(
                    ChatMessage.user("Hi 🙂"),
                    ChatMessage.assistant("Hello!"),
                    ChatMessage.user("Bye"),
                    ChatMessage.assistant(""));

    private static final String EACH = "{% for m in messages %}";

    private static final String MARKED =
            EACH
                    + "{% if m.role == 'user' %}U {{ m.content }};{% else %}A {% generation %}"
                    + "{{ m.content }};{% endgeneration %}{% endif %}{% endfor %}";

    private static ChatTemplate template(String source) {
        return ChatTemplate.of(source, Map.of());
    }

    @Test
    void areCountedInChars() {
        RenderedChat chat = template(MARKED).renderMarked(TALK, Map.of());

        assertThat(chat.text()).isEqualTo("U Hi 🙂;A Hello!;U Bye;A ;");
        assertThat(chat.generated())
                .containsExactly(
                        new RenderedChat.Stretch(10, 17), new RenderedChat.Stretch(25, 26));
        assertThat(chat.text().substring(10, 17)).isEqualTo("Hello!;");
        assertThat(template(MARKED).render(TALK, false)).isEqualTo(chat.text());
    }

    @Test
    void mayBeEmptyOrLeftByALoop() {
        RenderedChat chat =
                template(EACH + "{% generation %}{% break %}{% endgeneration %}{% endfor %}x")
                        .renderMarked(TALK, Map.of());

        assertThat(chat.text()).isEqualTo("x");
        assertThat(chat.generated()).containsExactly(new RenderedChat.Stretch(0, 0));
    }

    @Test
    void areKnownByTheTagAlone() {
        assertThat(template(MARKED).marksGeneration()).isTrue();
        assertThat(template("{%- generation -%}a{%- endgeneration -%}").marksGeneration()).isTrue();
        assertThat(template("{{ 'generation' }}{# {% generation %} #}{{ generation }}generation"))
                .returns(false, ChatTemplate::marksGeneration);
        assertThat(template(EACH + "a{% endfor %}").renderMarked(TALK, Map.of()).generated())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{% macro a() %}{% generation %}b{% endgeneration %}{% endmacro %}{{ a() }}"
                        + "|a macro, call, filter or set",
                "{% set a %}{% generation %}b{% endgeneration %}{% endset %}{{ a }}"
                        + "|a macro, call, filter or set",
                "{% filter trim %}{% generation %}b{% endgeneration %}{% endfilter %}"
                        + "|a macro, call, filter or set",
                "{% generation %}a{% generation %}b{% endgeneration %}{% endgeneration %}"
                        + "|another one"
            })
    void areRefusedWhereTheirPlaceIsNotKnown(String source, String where) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> template(source).renderMarked(TALK, Map.of()))
                .withMessageContaining(
                        "A generation block is inside %s, where its place in the text is not known."
                                .formatted(where))
                .withMessageContaining("line 1");
        assertThat(template(source).render(TALK, false)).contains("b");
    }

    /** As transformers aliases them. */
    @Test
    void templatesSeeThoughtsUnderEachName() {
        ChatTemplate both =
                template("{{ messages[0].thinking }} {{ messages[0].reasoning_content }}");
        for (String name : List.of("thinking", "reasoning_content", "reasoning")) {
            ChatMessage said = new ChatMessage("assistant", "", Map.of(name, "hm"));
            assertThat(both.render(List.of(said), false)).isEqualTo("hm hm");
        }
    }
}
