package io.github.peft4j.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.peft4j.internal.text.StepLimit;
import java.math.BigInteger;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PythonRegexTest {

    private static PythonRegex regex(String text) {
        return PythonRegex.compile("target_modules", text, text);
    }

    // expected values: re.fullmatch() of CPython 3.11
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "q|a.q; a.q; true",
                "[[]; [; true",
                "[a&&b]; &; true",
                "[]a]+; a]; true",
                "[^]a]; ]; false",
                "[a^]; ^; true",
                "x{,2}; xx; true",
                "x{,2}; xxx; false",
                "x{2}; xx; true",
                "x{1,}; xxx; true",
                "x{; x{; true",
                "x{}; x{}; true",
                "x{a}; x{a}; true",
                "(?P<n>a)(?P=n); aa; true",
                "(?P<my_n>a)(?P=my_n); ab; false",
                "a\\Z; a; true",
                "(?#note)a; a; true",
                "(?i)QUERY; query; true",
                "(?i:Q)UERY; query; false",
                "\\d; \u0663; true",
                "\\w+; \u00e9t\u00e9; true",
                "a.b; a\u0085b; true",
                "a.b; a\u2028b; true",
                "(a)\\1; aa; true",
                "(?<=a)b|ab; ab; true",
                "a\\.b; a.b; true",
                "a\\-b; a-b; true",
                "[\\d\\-]+; 1-; true",
                "(?>a+)b; aab; true"
            })
    void matchesWholeNamesAsPythonDoes(String pattern, String name, boolean expected) {
        assertThat(regex(pattern).matchesWhole(name)).isEqualTo(expected);
    }

    @Test
    void endsBeforeANewlineLikeADollar() {
        assertThat(regex("a$").matchesStart("a\n")).isTrue();
        assertThat(regex("a$").matchesStart("a\r")).isFalse();
        assertThat(regex("a\\Z").matchesStart("a\n")).isFalse();
        assertThat(regex("a.b").matchesWhole("a\nb")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "(; Unclosed group",
                "*a; Dangling meta character",
                "[a; unterminated character set",
                "\\p{L}; bad escape \\p",
                "\\h; bad escape \\h",
                "\\Qa\\E; bad escape \\Q",
                "(?<n>a); unknown or unsupported extension",
                "(?x)a; unknown or unsupported extension",
                "(a)?(?(1)b|c); unknown or unsupported extension",
                "a(?i)b; global flags not at the start",
                "(?P<n>a)(?P<n>b); redefinition of group n",
                "(?P=n); unknown group name n",
                "a\\; bad escape at the end",
                "a^*; nothing to repeat",
                "a\\b{2}; nothing to repeat",
                "a|*b; Dangling meta character '*' near position 2 of",
                "(a)|(; Unclosed group near position 5 of"
            })
    void refusesWhatOneOfTheTwoLanguagesDoesNotKnow(String pattern, String reason) {
        assertThatThrownBy(() -> regex(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("target_modules holds \"" + pattern + "\"")
                .hasMessageContaining(reason)
                .hasMessageContaining("name the modules in a list");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((\\w+\\.?)+)+X",
                "(.*)*.*.*.*.*.*.*.*X",
                "(\\w|\\w\\w)+\\.X",
                ".*(?:|){60}X",
                ".*(?:a?|b?){60}X",
                ".*(?:(?:a?)?){60}X",
                ".*((?:a*)*)*X",
                "(){1000000000}X",
                ".*((){10000}){10000}X",
                ".*(?:$|\\Z){60}X",
                ".*(?=|){60}X",
                "()(?:\\1?\\1?){60}.*(?:\\1?\\1?){60}X",
                "(?P<n>).*(?:(?P=n)?(?P=n)?){60}X",
                ".*(?i:|){60}X",
                ".*(?>|a){1000000000}X"
            })
    void stopsAPatternThatWouldMatchWithoutEnd(String pattern) {
        String name = "bert.encoder.layer.11.attention.output.LayerNorm";

        assertTimeoutPreemptively(
                Duration.ofMinutes(1),
                () -> {
                    try {
                        assertThat(regex(pattern).matchesWhole(name)).isFalse();
                    } catch (IllegalArgumentException refused) {
                        assertThat(refused)
                                .hasMessageStartingWith("target_modules holds \"" + pattern)
                                .hasMessageContaining("name the modules in a list");
                    }
                });
    }

    @Test
    void countsOrdinaryPatternsOfManyLayersInFull() {
        PythonRegex regex = regex(".*\\.layers\\.(?:[0-9]|1[0-9])\\..*(?:q|v)_proj");

        for (int layer = 0; layer < 2000; layer++) {
            String path = "model.decoder.layers." + layer + ".self_attn.q_proj";
            assertThat(regex.matchesWhole(path)).isEqualTo(layer < 20);
        }
    }

    @Test
    void refusesWhatNestsTooDeeply() {
        String nested = "(".repeat(8_000) + "a" + ")".repeat(8_000);

        assertThatThrownBy(() -> regex(nested).matchesWhole("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no usable regular expression: Stack overflow")
                .hasMessageContaining("(16001 characters)");
        assertThatThrownBy(() -> regex("(?:a|b)*").matchesWhole("ab".repeat(50_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("too deeply");
    }

    @Test
    void sharesOneLimitAmongThePatternsOfAnOption() {
        StepLimit limit = new StepLimit("rank_pattern");
        String slow = "(?:a|a){14}X";

        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 10_000; i++) {
                                PythonRegex.compile("rank_pattern", slow, slow, limit)
                                        .matchesStart("a".repeat(20));
                            }
                        })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("takes too long to match");
    }

    @Test
    void readsNumbersOfAnyLength() {
        PythonRegex index = regex(".*?\\.(?P<idx>\\d+)\\.");

        assertThat(index.numberAtStart("a.99999999999999999999.b", "idx"))
                .contains(new BigInteger("99999999999999999999"));
        assertThat(index.numberAtStart("a.b", "idx")).isEmpty();
    }
}
