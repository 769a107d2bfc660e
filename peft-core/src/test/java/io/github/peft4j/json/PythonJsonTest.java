package io.github.peft4j.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PythonJsonTest {

    // expected values: repr() of CPython 3.11
    @ParameterizedTest
    @CsvSource({
        "0.0, 0.0",
        "-0.0, -0.0",
        "1.0, 1.0",
        "0.1, 0.1",
        "0.00001, 1e-05",
        "0.0001, 0.0001",
        "1e16, 1e+16",
        "1e15, 1000000000000000.0",
        "123456789012345680, 1.2345678901234568e+17",
        "9007199254740993, 9007199254740992.0",
        "2e-3, 0.002",
        "1e23, 1e+23",
        "2.5e-7, 2.5e-07",
        "11.313708498984761, 11.313708498984761",
        "5e-324, 5e-324",
        "1e100, 1e+100",
        "1.7976931348623157e308, 1.7976931348623157e+308",
        "-3.5, -3.5",
        "2.2250738585072014e-308," + " 2.2250738585072014e-308",
        "9.5367431640625e-07, 9.5367431640625e-07"
    })
    void printsFloatsAsPythonDoes(double value, String expected) {
        assertThat(PythonJson.repr(value)).isEqualTo(expected);
    }

    @Test
    void printsTheShortestDecimalWhereJava17DoesNot() {
        assertThat(PythonJson.repr(2.0e-3)).isEqualTo("0.002");
        assertThat(PythonJson.repr(Math.pow(2, -44))).isEqualTo("5.684341886080802e-14");
        assertThat(PythonJson.repr(Double.parseDouble("2e23"))).isEqualTo("2e+23");
    }

    @Property
    void readsBackToTheSameFloat(@ForAll double value) {
        assertThat(Double.parseDouble(PythonJson.repr(value))).isEqualTo(value);
    }

    @Test
    void indentsSortsAndEscapesAsPythonDoes() {
        Map<String, @Nullable Object> value = new LinkedHashMap<>();
        value.put("b", Arrays.asList(1L, 2.0, null, true, List.of(), Map.of()));
        value.put("a", "\u00e9\ud83d\ude00\"\\\n\u007f/");
        value.put("B", Map.of("x", new BigInteger("123456789012345678901234567890")));

        assertThat(PythonJson.write(value))
                .isEqualTo(
                        """
                        {
                          "B": {
                            "x": 123456789012345678901234567890
                          },
                          "a": "\\u00e9\\ud83d\\ude00\\"\\\\\\n\\u007f/",
                          "b": [
                            1,
                            2.0,
                            null,
                            true,
                            [],
                            {}
                          ]
                        }\
                        """);
    }

    @Test
    void sortsKeysByCodePoint() {
        String high = "\ud83d\ude00";
        String low = "\uff21";

        String text = PythonJson.write(Map.of(high, 1L, low, 2L));

        assertThat(text.indexOf("uff21")).isLessThan(text.indexOf("ud83d"));
    }

    @Test
    void tellsIntegersFromFloats() throws IOException {
        Map<String, @Nullable Object> json =
                JsonValues.parseObject("{\"a\": 8, \"b\": 8.0, \"c\": 1e2, \"a\": 9}", "text");

        assertThat(json).containsEntry("a", 9L).containsEntry("b", 8.0).containsEntry("c", 100.0);
        assertThat(json.keySet()).containsExactly("a", "b", "c");
    }

    @Test
    void readsTheNumbersThatPythonWrites() throws IOException {
        Map<String, @Nullable Object> json =
                JsonValues.parseObject(
                        "{\"a\": NaN, \"b\": -Infinity, \"c\": [Infinity], \"d\": \"\\\"NaN\"}",
                        "text");

        assertThat(json)
                .containsEntry("a", Double.NaN)
                .containsEntry("b", Double.NEGATIVE_INFINITY)
                .containsEntry("c", List.of(Double.POSITIVE_INFINITY))
                .containsEntry("d", "\"NaN");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{",
                "[1]",
                "{\"a\": 1} x",
                "{'a': 1}",
                "{\"a\": Nan}",
                "{\"a\": NaNs}",
                "{\"a\": 1e999}",
                "3"
            })
    void refusesWhatIsNoObject(String text) {
        assertThatThrownBy(() -> JsonValues.parseObject(text, "some/file"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("some/file is no valid JSON object: ");
    }

    @Test
    void refusesBytesThatAreNoUtf8() {
        byte[] latin1 = "{\"a\": \"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> JsonValues.parseObject(latin1, "some/file", "Write it again."))
                .isInstanceOf(IOException.class)
                .hasMessage("some/file is no UTF-8 text. Write it again.");
    }

    @Test
    void freezesOnlyWhatJsonHas() {
        assertThat(JsonValues.freeze(List.of(1, (short) 2, 0.1f))).isEqualTo(List.of(1L, 2L, 0.1));
        assertThatThrownBy(() -> JsonValues.freeze(List.of(new Object())))
                .hasMessageStartingWith("A java.lang.Object cannot stand in a config.");
    }
}
