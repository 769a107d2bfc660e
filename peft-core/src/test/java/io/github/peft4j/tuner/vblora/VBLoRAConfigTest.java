package io.github.peft4j.tuner.vblora;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.testkit.ConfigRefusals;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VBLoRAConfigTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "r": 0 | r is 0; it must be a positive integer
                    "topk": 0 | topk is 0
                    "num_vectors": 0 | num_vectors is 0
                    "vector_length": -1 | vector_length is -1
                    "vblora_dropout": 2.0 | vblora_dropout is 2.0
                    "target_modules": ["query"], "layers_pattern": "layer" | layers_pattern is "layer" but layers_to_transform is not set.
                    "bias": "lora_only" | bias is "lora_only" but must be one of "none", "all", "vblora_only".
                    """)
    void refusesWhatBreaksARule(String options, String text) {
        ConfigRefusals.assertRefused("VBLORA", options, text);
    }

    @Test
    void takesAdaLorasTargetsButForRoberta() {
        assertThat(VBLoRATuner.TARGETS.find("roberta"))
                .contains(OneOrMany.many(List.of("query", "value")));
        assertThat(VBLoRATuner.TARGETS.find("t5")).isEqualTo(DefaultTargets.ADALORA.find("t5"));
    }
}
