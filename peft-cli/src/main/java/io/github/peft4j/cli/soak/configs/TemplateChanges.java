package io.github.peft4j.cli.soak.configs;

import io.github.peft4j.cli.soak.json.Values;
import java.util.Random;

/** Changes a chat template, mostly into one that works for ever or takes all memory. */
final class TemplateChanges {

    private static final String[] PIECES = {
        "{% for i in range(10**9) %}x{% endfor %}",
        "{% for i in range(1000000) %}{% for j in range(1000000) %}{% endfor %}{% endfor %}",
        "{{ 'a' * 1000000000 }}",
        "{{ ['a'] * 1000000000 }}",
        "{% set s = 'a' * 8000000 %}{{ (s ~ 'b') in (s ~ s) }}",
        "{% set s = 'a' * 1000000 %}{{ s.find('a' * 500000 ~ 'b') }}",
        "{% set s = 'ab' * 1000000 %}{{ s.replace('a', 'aaaa').replace('a', 'aaaa') }}",
        "{% set s = 'a b ' * 1000000 %}{{ s.split(' ') | join(s) }}",
        "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(99) }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ 99999999999999999999 * 99999999999999999999 }}",
        "{{ 1 / 0 }}{{ 1 % 0 }}{{ 1 // 0 }}",
        "{{ messages[99999999999].x.y }}",
        "{{ messages[0]['content'][::-1][::0] }}",
        "{{ raise_exception('x' * 1000000) }}",
        "{{ ('x' * 1000000)['y'] }}",
        "{{ messages | tojson(indent=1000000000) }}",
        "{{ messages | map(attribute='content') | list | sort | unique | join }}",
        "{{ '%1000000000d' % 3 }}{{ '%s' | format('x') }}",
        "{{ ' ' * 1000000 ~ 'x' | trim | indent(1000000) }}",
        "{{ namespace }}{{ self }}{{ loop }}{{ x.__class__ }}",
        "{{ strftime_now('%Y' * 100000) }}",
        "{% set ns = namespace(a='a') %}{% for i in range(64) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}",
        "{% set ns = namespace(a=[]) %}{% for i in range(64) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a }}",
        "{% include 'x' %}{% import 'x' as y %}{% extends 'z' %}",
        "{% if %}",
        "{{ }}",
        "{%",
        "{#",
        "{% generation %}x{% endgeneration %}",
        "{% break %}{% continue %}"
    };

    private TemplateChanges() {}

    /** A changed template. */
    static String change(String template, Random random) {
        int at = random.nextInt(template.length() + 1);
        String start = template.substring(0, at);
        String end = template.substring(at);
        return switch (random.nextInt(9)) {
            case 0 -> start;
            case 1 -> Values.any(random, PIECES);
            case 2 -> start + Values.any(random, PIECES) + end;
            case 3 -> Values.any(random, PIECES) + template;
            case 4 -> template + Values.any(random, PIECES);
            case 5 -> start + nested(random) + end;
            case 6 -> start + (char) (32 + random.nextInt(95)) + end;
            case 7 -> start + end.substring(Math.min(end.length(), 1 + random.nextInt(4)));
            default -> template.repeat(1 + random.nextInt(1 << random.nextInt(10)));
        };
    }

    private static String nested(Random random) {
        int levels = 1 << random.nextInt(17);
        return switch (random.nextInt(6)) {
            case 0 -> "{{ " + "(".repeat(levels) + "1" + ")".repeat(levels) + " }}";
            case 1 -> "{{ " + "[".repeat(levels) + "]".repeat(levels) + " }}";
            case 2 -> "{% if 1 %}".repeat(levels) + "{% endif %}".repeat(levels);
            case 3 -> "{{ " + "not ".repeat(levels) + "1 }}";
            case 4 -> "{{ 1" + " ~ 1".repeat(levels) + " }}";
            default -> "{{ 'x'" + "|trim".repeat(levels) + " }}";
        };
    }
}
