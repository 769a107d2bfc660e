package io.github.peft4j.tuner.lntuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.json.OneOrMany;
import java.util.List;
import org.junit.jupiter.api.Test;

class LNTuningConfigTest {

    @Test
    void comesBackFromItsJson() {
        LNTuningConfig config =
                LNTuningConfig.builder()
                        .optTargetModules("ln_1", "ln_2")
                        .optExcludeModules("h.0.ln_1")
                        .optModulesToSave("score")
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
        assertThat(config.toMap())
                .containsEntry("peft_type", "LN_TUNING")
                .doesNotContainKeys("layers_to_transform", "layers_pattern", "bias");
    }

    @Test
    void refusesOptionsThatLNTuningDoesNotHave() {
        LNTuningConfig.Builder builder = LNTuningConfig.builder().optLayersToTransform(1);

        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layers_to_transform")
                .hasMessageContaining("LN_TUNING has no such option");
    }

    @Test
    void takesNormsByDefault() {
        TargetModules targets =
                new LNTuningTuner().defaultTargets().resolve(TargetModules.DEFAULT, "gpt2");

        assertThat(targets.targets()).contains(OneOrMany.many(List.of("ln_1", "ln_2", "ln_f")));
    }

    @Test
    void asksForTargetsWhereNoTableNamesThem() {
        assertThatThrownBy(
                        () ->
                                new LNTuningTuner()
                                        .defaultTargets()
                                        .resolve(TargetModules.DEFAULT, "bert"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Please specify target_modules");
    }
}
