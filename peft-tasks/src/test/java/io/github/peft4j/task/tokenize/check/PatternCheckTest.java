package io.github.peft4j.task.tokenize.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatternCheckTest {

    /** Of GPT-2, GPT-4, GPT-4o, Qwen, DeepSeek, BLOOM, and some that split numbers. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
                        + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*"
                        + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
                        + "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
                        + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
                        + "\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|"
                        + "\\s+",
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|"
                        + "[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|"
                        + "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                " ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+",
                "\\d{1,3}(?=(?:\\d{3})*\\b)",
                "[0-9][0-9][0-9]",
                "\\p{N}{1,3}",
                "[\u4e00-\u9fa5\u3040-\u309f]+",
                " {2,}"
            })
    void takesPatternsOfCheckpoints(String pattern) {
        assertThat(check(pattern).shortest()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a+)+!",
                "(a|a)*!",
                "(?:a?){20}a{20}",
                "\\s*\\s*x",
                "(a*)*",
                "(.*)(.*)(.*)x",
                "(a{1,30}){1,30}b",
                "a{2}+",
                "(a)\\1",
                "(?<x>a)\\g<x>",
                "(?~a)",
                "(a",
                "a)",
                "[a",
                "*a",
                "\\"
            })
    void refusesPatternsThatMayTakeForEver(String pattern) {
        assertThatThrownBy(() -> check(pattern))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("at");
    }

    @Test
    void knowsTheShortestMatch() {
        assertThat(check("^").shortest()).isZero();
        assertThat(check("x*").shortest()).isZero();
        assertThat(check("ab|c").shortest()).isEqualTo(1);
        assertThat(check(" {2,}").shortest()).isEqualTo(2);
        assertThat(check("(?i)a|bc").shortest()).isEqualTo(1);
        assertThat(check("a(?=bcd)").shortest()).isEqualTo(1);
    }

    @Test
    void knowsHowATextGrows() {
        assertThat(check(" ").growth("\u2581")).isEqualTo(1);
        assertThat(check("ab").growth("xyzxyz")).isEqualTo(3);
        assertThat(check("x*").growth("abc")).isEqualTo(4);
    }

    private static PatternCheck.Bounds check(String regex) {
        JsonObject pattern = new JsonObject();
        pattern.addProperty("Regex", regex);
        return PatternCheck.check("pattern", pattern);
    }
}
