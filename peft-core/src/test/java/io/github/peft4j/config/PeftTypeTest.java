package io.github.peft4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.tuner.lora.LoraConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeftTypeTest {

    @Test
    void knowsEveryMethodOfPeft() {
        assertThat(PeftType.knownNames()).hasSize(45);
    }

    @ParameterizedTest
    @ValueSource(strings = {"BONE", "NOT_A_METHOD", "lora", ""})
    void refusesAnUnknownNameWithTheKnownOnes(String name) {
        assertThatThrownBy(() -> PeftType.of(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "Unknown peft_type '" + name + "'. Must be one of: ADALORA, ADAMSS,")
                .hasMessageEndingWith("WAVEFT, XLORA. Correct peft_type in the config.");
    }

    @Test
    void isAValue() {
        assertThat(PeftType.of("LORA")).isEqualTo(PeftType.LORA).hasToString("LORA");
        assertThat(PeftType.of("LORA")).hasSameHashCodeAs(PeftType.LORA);
        assertThat(PeftType.of("LOHA")).isNotEqualTo(PeftType.of("LOKR"));
    }

    @Test
    void findsItsMethodAmongTheServices() {
        assertThat(PeftMethods.find(PeftType.LORA))
                .hasValueSatisfying(
                        tuner ->
                                assertThat(tuner.configType().configClass())
                                        .isEqualTo(LoraConfig.class));
        assertThat(PeftMethods.names()).contains("LORA");
    }

    @Test
    void refusesAKnownMethodWithoutImplementation() {
        PeftType shadow = PeftType.of("SHADOW");

        assertThat(PeftMethods.find(shadow)).isEmpty();
        assertThatThrownBy(() -> PeftMethods.require(shadow))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageStartingWith("The method SHADOW is not implemented in this version.")
                .hasMessageContaining("LORA");
    }
}
