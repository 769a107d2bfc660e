package io.github.peft4j.tuner.adalora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.PeftConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdaLoraConfigTest {

    private static AdaLoraConfig.Builder config() {
        return AdaLoraConfig.builder().setTotalStep(100);
    }

    @Test
    void hasPeftsDefaults() {
        AdaLoraConfig config = config().build();

        assertThat(config.schedule()).isEqualTo(new RankSchedule(12, 8, 0, 0, 1, 100));
        assertThat(config.importance()).isEqualTo(new ImportanceOptions(0.85, 0.85));
        assertThat(config.orthRegWeight()).isEqualTo(0.5);
        assertThat(config.rankPattern()).isEmpty();
        assertThat(config.lora().loraAlpha()).isEqualTo(8);
        assertThat(config.toMap()).containsEntry("r", 8L).containsEntry("rank_pattern", null);
    }

    @Test
    void comesBackFromItsJson() {
        AdaLoraConfig config =
                config().optTargetModules("value")
                        .optInitR(6)
                        .optTargetR(2)
                        .optTinit(3)
                        .optTfinal(4)
                        .optDeltaT(5)
                        .optBeta1(0.5)
                        .optBeta2(0.75)
                        .optOrthRegWeight(0.25)
                        .optLoraAlpha(4)
                        .optLoraDropout(0.125)
                        .optAlphaPattern(ImmutableMap.of("value", 3))
                        .optRankPattern(ImmutableMap.of("a.lora_E", List.of(true, false)))
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }

    @Test
    void asksForTheNumberOfSteps() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AdaLoraConfig.builder().build())
                .withMessageContaining("total_step is 0")
                .withMessageContaining("setTotalStep");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                PeftConfig.fromJson(
                                        "{\"peft_type\": \"ADALORA\", \"total_step\": null}"))
                .withMessageContaining("total_step is 0");
    }

    @Test
    void namesWhatIsWrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config().optTinit(60).optTfinal(40).build())
                .withMessageStartingWith("tinit is 60, tfinal 40 and total_step 100, which leaves");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config().optBeta1(1).build())
                .withMessageStartingWith("beta1 is 1.0; it must be above 0 and below 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config().optBeta2(0).build())
                .withMessageStartingWith("beta2 is 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config().optOrthRegWeight(-1).build())
                .withMessageStartingWith("orth_reg_weight is -1.0; it must be 0 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config().optDeltaT(0).build())
                .withMessageStartingWith("deltaT is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config().optInitR(-1).build())
                .withMessageStartingWith("init_r is -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config().optTargetR(-1).build())
                .withMessageStartingWith("target_r is -1");
    }

    @Test
    void refusesVariantsOfLoraThatItLacks() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config().optUseDora(true).build())
                .withMessageContaining("does not support DoRA");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                config().optInitLoraWeights("loftq")
                                        .optLoftqConfig(ImmutableMap.of("loftq_bits", 4))
                                        .build())
                .withMessageContaining("does not support LoftQ");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                config().optTargetModulesRegex(".*query")
                                        .optLayersToTransform(0)
                                        .build())
                .withMessageContaining("layers_to_transform");
    }

    @Test
    void fallsCubicallyToTheTarget() {
        RankSchedule schedule = new RankSchedule(6, 2, 1, 2, 1, 8);

        // (24 - 8) (1 - (t - 1) / 5)^3 + 8 between steps 1 and 6, four layers
        assertThat(schedule.budget(0, 24, 4)).isEqualTo(24);
        assertThat(schedule.budget(1, 24, 4)).isEqualTo(24);
        assertThat(schedule.budget(2, 24, 4)).isEqualTo(16);
        assertThat(schedule.budget(4, 24, 4)).isEqualTo(9);
        assertThat(schedule.budget(6, 24, 4)).isEqualTo(8);
        assertThat(schedule.last()).isEqualTo(6);
        assertThat(schedule.chooses(1)).isFalse();
        assertThat(schedule.chooses(2)).isTrue();
        assertThat(new RankSchedule(6, 2, 1, 2, 3, 8).chooses(2)).isFalse();
    }
}
