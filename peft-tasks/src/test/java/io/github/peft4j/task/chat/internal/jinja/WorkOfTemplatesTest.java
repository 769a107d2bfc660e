package io.github.peft4j.task.chat.internal.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.testkit.Fuzz;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a template of unknown origin can make a rendering do ends within some seconds. */
class WorkOfTemplatesTest {

    /** On a machine that does much besides. */
    private static final int SECONDS = 60;

    /** Long texts that nearly hold one another, long lists, and the names of both. */
    private static final String OPERANDS =
            "{% set s = 'a' * 4000000 %}{% set half = 'a' * 2000000 ~ 'b' %}"
                    + "{% set front = 'b' ~ 'a' * 2000000 %}{% set n = range(100000) | list %}"
                    + "{% set e = [''] * 100000 %}{% set long = [s] * 1000 %}"
                    + "{% set t = 'ab ' * 1000000 %}{% set d = dict(e | map('list')) %}";

    private static final String LIGHT =
            "{% set s = 'a' * 400000 %}{% set half = 'a' * 200000 ~ 'b' %}"
                    + "{% set front = 'b' ~ 'a' * 200000 %}{% set n = range(10000) | list %}"
                    + "{% set e = [''] * 10000 %}{% set long = [s] * 1000 %}"
                    + "{% set t = 'ab ' * 100000 %}";

    private static final List<String> CALLS =
            List.of(
                    "s.strip(half)",
                    "s.lstrip(half)",
                    "s.rstrip(front)",
                    "s.removeprefix(half)",
                    "s.removesuffix(front)",
                    "s.split(half) | length",
                    "s.split('a') | length",
                    "t.split() | length",
                    "t.rsplit() | length",
                    "s.rsplit(front) | length",
                    "s.rsplit('a') | length",
                    "('\n' * 400000).splitlines() | length",
                    "s.partition(half)[1]",
                    "s.rpartition(front)[1]",
                    "s.startswith(half)",
                    "s.startswith(long)",
                    "s.endswith(front)",
                    "s.endswith([front] * 100000)",
                    "s.find(half)",
                    "s.rfind(front)",
                    "s.index(half)",
                    "s.rindex(front)",
                    "s.count(half)",
                    "s.count('a')",
                    "s.replace(half, 'c') | length",
                    "s.replace('', 'c') | length",
                    "s.replace('a', 'cc') | length",
                    "''.join(e) | length",
                    "s.join(['', '', '']) | length",
                    "'x'.join(t) | length",
                    "('{}' * 100000).format(1) | length",
                    "('{' * 400000).format(1) | length",
                    "s.upper() | length",
                    "s.lower() | length",
                    "s.capitalize() | length",
                    "s.title() | length",
                    "s.isdigit()",
                    "s.isalpha()",
                    "s.isalnum()",
                    "s.isspace()",
                    "s.isupper()",
                    "s.islower()",
                    "half in s",
                    "front in s",
                    "s in s",
                    "s in long",
                    "half in long",
                    "1.5e-300 in n",
                    "5e-324 < 4e-324",
                    "n == n",
                    "long == long",
                    "s < half",
                    "n < n",
                    "s[99]",
                    "s[-1]",
                    "s[::-1] | length",
                    "s[::2] | length",
                    "n[::-1] | length",
                    "(s * 2) | length",
                    "(n * 10) | length",
                    "(s ~ s) | length",
                    "(s + s) | length",
                    "(n + n) | length",
                    "('%s' * 100000) % n",
                    "'%999d' % 1",
                    "s | length",
                    "s | string | length",
                    "s | trim | length",
                    "s | upper | length",
                    "s | lower | length",
                    "s | capitalize | length",
                    "s | title | length",
                    "s | replace(half, 'c') | length",
                    "t | replace(' ', '\n') | indent(200) | length",
                    "t | wordcount",
                    "(('%s' * 100000) | format(1)) | length",
                    "s | default('x') | length",
                    "1.5 | abs",
                    "('9' * 400000) | int",
                    "('9' * 400000) | float",
                    "1e300 | round(20)",
                    "s | attr('upper')",
                    "t | list | length",
                    "t | first",
                    "t | last",
                    "e | join(s) | length",
                    "e | join | length",
                    "long | map('upper') | list | length",
                    "e | map('length') | list | length",
                    "n | map(attribute='a.a.a.a.a') | list | length",
                    "n | map(attribute=t | replace(' ', '.')) | list | length",
                    "n | select('divisibleby', 7) | list | length",
                    "long | select('lower') | list | length",
                    "long | select('in', long) | list | length",
                    "n | reject('in', n) | list | length",
                    "n | selectattr('a') | list | length",
                    "n | rejectattr('a') | list | length",
                    "s | reverse | length",
                    "n | reverse | list | length",
                    "n | sort | length",
                    "(long + ['b'] * 100000) | sort | length",
                    "t | list | sort | length",
                    "n | unique | list | length",
                    "long | unique | list | length",
                    "n | min",
                    "n | max",
                    "long | min | length",
                    "n | sum",
                    "e | sum(start='') | length",
                    "long | sum(start='') | length",
                    "long | tojson | length",
                    "n | tojson | length",
                    "dict([[s, 1]]) | dictsort | length",
                    "dict([[s, 1]])[s ~ '']",
                    "dict([[s, 1]]).get(s ~ '')",
                    "s ~ '' in dict([[s, 1]])",
                    "dict([[s, 1]]) | items | list | length",
                    "dict([[s, 1]]).keys() | list | length",
                    "dict([[s, 1]]).items() | list | length",
                    "n.index(99999)",
                    "n.count(5)",
                    "n.copy() | length",
                    "range(100000) | list | length",
                    "range(9223372036854775807)",
                    "strftime_now('%B' * 200000) | length",
                    "s is lower",
                    "s is upper",
                    "s is string",
                    "s is sameas half",
                    "s is eq half",
                    "s is in long",
                    "2 ** 62",
                    "10 ** 100",
                    "namespace(a=n).a | length",
                    "dict(n)",
                    "raise_exception(s)",
                    "s is odd");

    static Stream<String> once() {
        return CALLS.stream()
                .map(
                        call ->
                                OPERANDS.replace("{% set d = dict(e | map('list')) %}", "")
                                        + "{{ "
                                        + call
                                        + " }}");
    }

    static Stream<String> often() {
        return CALLS.stream()
                .map(
                        call ->
                                LIGHT
                                        + "{% for i in range(100000) %}{% for j in range(100000) %}"
                                        + "{% set x = "
                                        + call
                                        + " %}{% endfor %}{% endfor %}");
    }

    @Test
    void endsForBigOperandsOfEveryBuiltin() throws Exception {
        assertThat(slow(once().toList())).isEmpty();
    }

    @Test
    void endsForBuiltinsInLoops() throws Exception {
        List<String> all = new ArrayList<>(often().toList());
        long seed = Long.getLong("peft.hostile.seed", System.nanoTime());
        Collections.shuffle(all, new Random(seed));
        int tried =
                Math.min(
                        all.size(), Integer.getInteger("peft.hostile.files", Fuzz.times(200)) / 50);
        System.out.println("peft.hostile.seed=" + seed + ": " + tried + " templates");
        assertThat(slow(all.subList(0, tried))).as("seed %s", seed).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("others")
    void endsForOtherWork(String template) throws Exception {
        assertThat(slow(List.of(template))).isEmpty();
    }

    static Stream<String> others() {
        String loops = "{% for i in range(100000) %}{% for j in range(100000) %}";
        String ends = "{% endfor %}{% endfor %}";
        return Stream.of(
                loops + "{{ loop.cycle(" + "0,".repeat(100_000) + "0) }}" + ends,
                loops + "{% set x = 1" + " + 1".repeat(1000) + " %}" + ends,
                loops + "{% set x = [" + "0,".repeat(100_000) + "] %}" + ends,
                loops + "{% macro m() %}{% endmacro %}".repeat(10_000) + ends,
                loops + "{% if x %}{% endif %}".repeat(10_000) + ends,
                "{% set ns = namespace(l=[]) %}"
                        + loops
                        + "{% set ns.l = [ns.l, ns.l] %}"
                        + ends
                        + "{{ ns.l }}",
                "{% set ns = namespace(l=[]) %}"
                        + "{% set ns.l = [ns.l, ns.l] %}".repeat(60)
                        + "{{ ns.l == ns.l }}{{ ns.l | string }}",
                "{% set ns = namespace(l=[]) %}"
                        + loops
                        + "{% set ns.l = [ns.l, range(100000) | list] %}"
                        + ends,
                "{% set ns = namespace(s='a') %}" + loops + "{% set ns.s = ns.s ~ ns.s %}" + ends,
                "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro a(x) %}{{ x(x) }}{% endmacro %}{{ a(a) }}",
                "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}"
                        + "{{ m(90) }}",
                "{% with a = 1 %}".repeat(500)
                        + loops
                        + "{% set x = missing %}"
                        + ends
                        + "{% endwith %}".repeat(500),
                loops + "{% set x = " + "not ".repeat(500) + "1 %}" + ends,
                loops + "{% set x = " + "-".repeat(500) + "1 %}" + ends,
                loops + "{% for c in 'a' * 1000000 %}{% break %}{% endfor %}" + ends);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% set s = 'a'*8000000 %}{{ ('a'*4000000 ~ 'b') in s }}",
                "{% set s = 'a'*8000000 %}{{ s.find('a'*4000000 ~ 'b') }}",
                "{% set s = 'a'*8000000 %}{{ s.replace('a'*4000000 ~ 'b', 'c') }}",
                "{% set s = 'a'*8000000 %}{{ s.split('a'*4000000 ~ 'b') }}"
            })
    void endsForTheReportedSearches(String template) throws Exception {
        assertThat(slow(List.of(template))).isEmpty();
    }

    @Test
    void findsWhatJavaFinds() {
        String text = "aabaabaaabaabaabaabab".repeat(20);
        for (int length = 0; length < 60; length++) {
            for (int start = 0; start + length <= text.length(); start += 7) {
                String wanted = text.substring(start, start + length) + (start % 2 == 0 ? "" : "c");
                Map<String, ?> variables = Map.of("s", text + "c" + text, "w", wanted);
                String all = text + "c" + text;
                assertThat(rendered("{{ s.find(w) }} {{ s.rfind(w) }} {{ w in s }}", variables))
                        .isEqualTo(
                                all.indexOf(wanted)
                                        + " "
                                        + all.lastIndexOf(wanted)
                                        + " "
                                        + (all.contains(wanted) ? "True" : "False"));
                if (!wanted.isEmpty()) {
                    assertThat(rendered("{{ s.split(w) | join('-') }}", variables))
                            .isEqualTo(all.replace(wanted, "-"))
                            .isEqualTo(rendered("{{ s.replace(w, '-') }}", variables));
                }
            }
        }
    }

    @Test
    void cutsLongMessages() {
        assertThat(
                        org.assertj.core.api.Assertions.catchThrowable(
                                () -> rendered("{{ raise_exception('a' * 100000) }}", Map.of())))
                .isInstanceOf(JinjaException.class)
                .hasMessageContaining("... (100000 characters)");
    }

    private static String rendered(String template, Map<String, ?> variables) {
        return JinjaTemplate.parse(template).render(variables, Clock.systemUTC());
    }

    /** The templates that take too long, or end in an error that is not one of templates. */
    private static List<String> slow(List<String> templates) throws Exception {
        List<String> bad = new ArrayList<>();
        for (String template : templates) {
            String shown = template.substring(Math.max(0, template.length() - 120));
            FutureTask<String> work =
                    new FutureTask<>(
                            () -> {
                                try {
                                    return "rendered " + rendered(template, Map.of()).length();
                                } catch (JinjaException ended) {
                                    return "refused " + ended.getMessage().length();
                                } catch (Throwable odd) {
                                    return "ODD "
                                            + odd
                                            + Arrays.asList(odd.getStackTrace())
                                                    .subList(
                                                            0,
                                                            Math.min(
                                                                    5, odd.getStackTrace().length));
                                }
                            });
            Thread thread = new Thread(work, "template");
            thread.setDaemon(true);
            long start = System.nanoTime();
            thread.start();
            try {
                String end = work.get(SECONDS, TimeUnit.SECONDS);
                if (end.startsWith("ODD")) {
                    bad.add(shown + ": " + end);
                }
            } catch (TimeoutException endless) {
                bad.add(shown + ": ENDLESS " + Arrays.toString(thread.getStackTrace()));
                return bad;
            }
            if (Boolean.getBoolean("peft.shown")) {
                System.err.println("TIME " + (System.nanoTime() - start) / 1_000_000 + " " + shown);
            }
        }
        return bad;
    }
}
