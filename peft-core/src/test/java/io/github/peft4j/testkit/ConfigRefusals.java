package io.github.peft4j.testkit;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.config.PeftConfig;

/** Configs with an option that breaks a rule. */
public final class ConfigRefusals {

    private ConfigRefusals() {}

    /**
     * Asserts that a config is refused.
     *
     * @param options members of the JSON object besides {@code peft_type}
     * @param text a part of the message
     */
    public static void assertRefused(String peftType, String options, String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                PeftConfig.fromJson(
                                        "{\"peft_type\": \"" + peftType + "\", " + options + "}"))
                .withMessageContaining(text);
    }
}
