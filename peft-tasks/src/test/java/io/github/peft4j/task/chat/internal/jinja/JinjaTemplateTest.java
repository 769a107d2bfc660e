package io.github.peft4j.task.chat.internal.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.github.peft4j.task.chat.PythonRenderings;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

class JinjaTemplateTest {

    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2024-07-04T15:06:09Z"), ZoneOffset.UTC);

    private static String render(String template) {
        return JinjaTemplate.parse(template).render(PythonRenderings.variables(), CLOCK);
    }

    @Test
    void rendersAsPythonDoes() {
        SoftAssertions softly = new SoftAssertions();
        List<JsonObject> cases =
                PythonRenderings.cases().stream().filter(given -> given.has("text")).toList();
        for (JsonObject given : cases) {
            String source = given.get("source").getAsString();
            String rendered;
            try {
                rendered = render(source);
            } catch (JinjaException failed) {
                rendered = "failed: " + failed.getMessage();
            }
            softly.assertThat(rendered).as(source).isEqualTo(given.get("text").getAsString());
        }
        softly.assertAll();
        assertThat(cases).hasSizeGreaterThan(35);
    }

    @Test
    void failsWherePythonFails() {
        List<JsonObject> cases =
                PythonRenderings.cases().stream().filter(given -> !given.has("text")).toList();
        for (JsonObject given : cases) {
            String source = given.get("source").getAsString();
            assertThatThrownBy(() -> render(source))
                    .as(source)
                    .isInstanceOf(JinjaException.class)
                    .satisfies(
                            failed ->
                                    assertThat(((JinjaException) failed).raisedByTemplate())
                                            .isEqualTo(given.has("raised")));
        }
        assertThat(cases).hasSizeGreaterThan(15);
    }

    @Test
    void namesTheLineAndTheCause() {
        Map<String, String> messages =
                Map.of(
                        "one\n{% if yes %}\n{{ missing.oops }}\n{% endif %}",
                                "line 3: 'missing' is undefined.",
                        "{% for x in list %}\nnever closed",
                                "line 1: The block is not closed by endfor.",
                        "a\n\n{{ 1 + }}", "line 3: Found '}}' where a value should be.",
                        "\n{% unknown %}", "line 2: Tag 'unknown' is not known here.",
                        "{{ 'a' + 1 }}", "line 1: '+' is not defined for str and int.",
                        "{{\n 'a'\n | nofilter }}", "line 3: Filter 'nofilter' is not known.",
                        "x\n{{ 1", "line 2: The tag is not closed by '}}'.",
                        "{% macro m() %}\n{{ [] + 1 }}{% endmacro %}\n\n{{ m() }}",
                                "line 2: '+' is not defined for list and int.",
                        "\n{% break %}", "line 2: 'break' is in no loop.",
                        "{{ list.append(1) }}",
                                "line 1: list.append would change a value, which templates may"
                                        + " not.");
        messages.forEach(
                (source, message) ->
                        assertThatThrownBy(() -> render(source))
                                .as(source)
                                .isInstanceOf(JinjaException.class)
                                .hasMessageStartingWith(message));
    }

    @Test
    void tellsTheTime() {
        assertThat(
                        render(
                                "{{ strftime_now('%d %b %Y|%B %-d, %Y|%A %a|%H:%M:%S|%I"
                                        + " %p|%j|%y|%F|%%') }}"))
                .isEqualTo(
                        "04 Jul 2024|July 4, 2024|Thursday Thu|15:06:09|03 PM|186|24|2024-07-04|%");
        assertThatThrownBy(() -> render("{{ strftime_now('%Q') }}"))
                .hasMessageContaining("%Q is not known");
    }

    @Test
    void showsNothingOfJava() {
        for (String part :
                List.of("class", "getClass", "bytes", "chars", "hashCode", "length", "toString")) {
            assertThat(render("{{ text." + part + " is defined }}{{ text['" + part + "'] }}"))
                    .as(part)
                    .isEqualTo("False");
            assertThat(
                            render(
                                    "{{ map."
                                            + part
                                            + " is defined }}{{ list."
                                            + part
                                            + " is defined }}"))
                    .isEqualTo("FalseFalse");
        }
        assertThatThrownBy(() -> render("{{ text.getClass().forName('java.lang.Runtime') }}"))
                .hasMessageContaining("has no part 'getClass'");
        for (String name : List.of("range", "namespace", "dict", "raise_exception")) {
            assertThat(render("{{ " + name + ".class }}{{ " + name + "['class'] }}")).isEmpty();
        }
        assertThatThrownBy(() -> render("{% import 'java.io.File' as file %}"))
                .hasMessageContaining("'import' is not known");
        assertThatThrownBy(
                        () ->
                                JinjaTemplate.parse("{{ x }}")
                                        .render(Map.of("x", Thread.currentThread()), CLOCK))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot see a java.lang.Thread");
    }

    @Test
    void spendsNoMoreThanItsBudget() {
        Map<String, String> templates =
                Map.ofEntries(
                        Map.entry("{{ 'x' * 1000000000 }}", "characters is too long"),
                        Map.entry("{{ [0] * 1000000000 }}", "items is too long"),
                        Map.entry("{{ range(1000000000) }}", "100000 are allowed"),
                        Map.entry(
                                "{% set ns = namespace(s='x') %}{% for i in range(99) %}"
                                        + "{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
                                "characters is too long"),
                        Map.entry(
                                "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}"
                                        + "{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
                                "too long"),
                        Map.entry(
                                "{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(99) %}{%"
                                        + " set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{%"
                                        + " endfor %}{{ ns.a == ns.b }}",
                                "works without end"),
                        Map.entry(
                                "{% for i in range(99999) %}{% for j in range(99999) %}{% for k in"
                                        + " range(99999) %}{% endfor %}{% endfor %}{% endfor %}",
                                "works without end"),
                        Map.entry(
                                "{% for i in range(99999) %}{{ 'x' * 1000 }}{% endfor %}",
                                "characters is too long"),
                        Map.entry(
                                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                                "more than 100 deep"),
                        Map.entry("{{ 'aaaa'.replace('a', 'x' * 8000000) }}", "too long"),
                        Map.entry(
                                "{{ ('x' * 8000000).join(range(9) | map('string')) }}", "too long"),
                        Map.entry("{{ '%999s%999s' % ('x',) }}", "more values"),
                        Map.entry("{{ 2 ** 100000 }}", "has no value here"),
                        Map.entry(
                                "{{ " + "(".repeat(100_000) + ")".repeat(100_000) + " }}",
                                "too deeply"),
                        Map.entry("{{ " + "1 + ".repeat(200_000) + "1 }}", "too deeply"),
                        Map.entry("{{ " + "not ".repeat(200_000) + "1 }}", "too deeply"),
                        Map.entry("x".repeat(2_000_000), "too long"));
        templates.forEach(
                (source, message) ->
                        assertThatThrownBy(() -> render(source))
                                .as(source.substring(0, Math.min(90, source.length())))
                                .isInstanceOf(JinjaException.class)
                                .hasMessageContaining(message));
    }
}
