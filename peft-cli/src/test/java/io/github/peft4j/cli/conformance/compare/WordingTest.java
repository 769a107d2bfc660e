package io.github.peft4j.cli.conformance.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import org.junit.jupiter.api.Test;

class WordingTest {

    @Test
    void findsOptionsKeysAndQuotedValuesInPythonsTexts() {
        assertThat(Wording.names("`r` should be positive, init_lora_weights='no_such' in PEFT"))
                .containsExactlyInAnyOrder("init_lora_weights", "no_such", "peft");
        assertThat(Wording.names("missing keys: ['a.lora_B.default.weight']."))
                .contains("a.lora_b.default.weight", "a.lora_b.weight");
        assertThat(Wording.names("Unsupported layer type '<class 'peft.utils.other.X_Y'>' met"))
                .isEmpty();
    }

    @Test
    void takesKeysAndValuesOfJson() {
        assertThat(Wording.names(JsonParser.parseString("{\"r\": 4, \"bias\": [\"All\", 12]}")))
                .containsExactlyInAnyOrder("r", "bias", "all", "12");
    }

    @Test
    void findsWholeWordsOnly() {
        assertThat(
                        Wording.hasOne(
                                "The rank R is 0", Wording.names(JsonParser.parseString("{r:0}"))))
                .isTrue();
        assertThat(Wording.hasOne("no error", Wording.names(JsonParser.parseString("{r:0}"))))
                .isFalse();
        assertThat(Wording.hasOne("lora_alpha", Wording.names("`alpha`"))).isFalse();
    }
}
