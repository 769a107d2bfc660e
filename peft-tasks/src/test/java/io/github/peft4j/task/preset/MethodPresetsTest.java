package io.github.peft4j.task.preset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftMethods;
import io.github.peft4j.config.TaskType;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MethodPresetsTest {

    /** Methods without a preset, and why. */
    private static final ImmutableMap<String, String> WITHOUT =
            ImmutableMap.of(
                    "CPT", "needs the ids of a context",
                    "TRAINABLE_TOKENS", "needs the ids of the tokens, and trains no head",
                    "XLORA", "needs trained experts");

    static Iterable<MethodPreset> presets() {
        return MethodPresets.all().values();
    }

    @Test
    void everyMethodHasOneOrAReason() {
        Set<String> methods =
                MethodPresets.all().values().stream()
                        .map(preset -> preset.method().name())
                        .collect(Collectors.toSet());
        ImmutableSet<String> known = Sets.union(methods, WITHOUT.keySet()).immutableCopy();

        assertThat(PeftMethods.names()).containsExactlyInAnyOrderElementsOf(known);
    }

    @ParameterizedTest
    @MethodSource("presets")
    void makesAConfigThatIsValidAndNamesItsMethod(MethodPreset preset) {
        PeftConfig config = preset.config(TaskType.SEQ_CLS, 200);

        assertThat(config.peftType()).isEqualTo(preset.method());
        assertThat(config.taskType()).contains(TaskType.SEQ_CLS);
        assertThat(preset.learningRate()).isBetween(1e-5, 0.2);
        assertThat(preset.source()).isNotBlank();
    }

    @Test
    void variantsOfLoraHaveTheirOwn() {
        assertThat(MethodPresets.of("DORA").config(TaskType.SEQ_CLS, 200).toMap())
                .containsEntry("peft_type", "LORA")
                .containsEntry("use_dora", true);
        assertThat(MethodPresets.of("RSLORA").config(TaskType.SEQ_CLS, 200).toMap())
                .containsEntry("use_rslora", true);
        assertThat(MethodPresets.of("PISSA").config(TaskType.SEQ_CLS, 200).toMap())
                .containsEntry("init_lora_weights", "pissa");
        assertThat(MethodPresets.of("LORA").grouping()).isEmpty();
        assertThat(MethodPresets.of("LORA_PLUS").grouping()).isPresent();
        assertThat(MethodPresets.of("LORA_PLUS").ratio()).isEqualTo(16);
    }

    @Test
    void takesSharesOfTheTrainingsLength() {
        PeftConfig config = MethodPresets.of("ADALORA").config(TaskType.SEQ_CLS, 200);

        assertThat(config.toMap()).containsEntry("total_step", 200L).containsEntry("tinit", 20L);
    }

    @Test
    void refusesWhatThereIsNot() {
        assertThatThrownBy(() -> MethodPresets.of("NOTHING"))
                .hasMessageContaining("There is no preset for 'NOTHING'. There are: [LORA");
        assertThatThrownBy(() -> MethodPresets.of("LORA").config(TaskType.SEQ_CLS, 0))
                .hasMessageContaining("A training of 0 steps changes nothing");
    }
}
