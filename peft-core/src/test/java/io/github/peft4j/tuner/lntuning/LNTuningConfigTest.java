package io.github.peft4j.tuner.lntuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.TargetModules;
import java.util.List;
import org.junit.jupiter.api.Test;

class LNTuningConfigTest {

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
        TargetModules targets = LNTuningTuner.NORMS.resolve(TargetModules.DEFAULT, "gpt2");

        assertThat(targets.targets()).contains(OneOrMany.many(List.of("ln_1", "ln_2", "ln_f")));
    }

    @Test
    void asksForTargetsWhereNoTableNamesThem() {
        assertThatThrownBy(() -> LNTuningTuner.NORMS.resolve(TargetModules.DEFAULT, "bert"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Please specify target_modules");
    }
}
