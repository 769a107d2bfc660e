package io.github.peft4j.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaseNamesTest {

    @ParameterizedTest
    @CsvSource({
        "*,               models/bert-base/forward, true",
        "lora-*,          adapters/lora-r1,         true",
        "adapters/lora-*, adapters/lora-r1,         true",
        "adapters/lora-*, adapters/multi-lora-load, false",
        "lora-*,          adapters/multi-lora-load, false",
        "bert-base,       models/bert-base/forward, true",
        "bert-*/text,     models/bert-base/text,    true",
        "bert-*/text,     models/bert-base/forward, false",
        "forward,         models/bert-base/forward, false",
        "errors,          errors/17,                true",
        "errors/1,        errors/17,                false",
        "17,              errors/17,                true",
        "bert/single_*,   tokenizers/bert/single_0, true",
    })
    void matchesTheNameOrWhatStandsBelowThePart(String glob, String name, boolean matches) {
        assertThat(CaseNames.matching(glob).contain(name)).isEqualTo(matches);
    }

    @Test
    void takesEverythingWithoutAGlob() {
        assertThat(CaseNames.matching(null).contain("bad/good")).isTrue();
    }
}
