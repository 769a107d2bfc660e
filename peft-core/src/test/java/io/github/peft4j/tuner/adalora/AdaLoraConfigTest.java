package io.github.peft4j.tuner.adalora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.PeftConfig;
import org.junit.jupiter.api.Test;

class AdaLoraConfigTest {

    private static AdaLoraConfig.Builder config() {
        return AdaLoraConfig.builder().setTotalStep(100);
    }

    private static PeftConfig read(String key, Object value, Object... more) {
        ImmutableMap.Builder<String, Object> json = ImmutableMap.builder();
        json.put("peft_type", "ADALORA").put("total_step", 100).put(key, value);
        for (int i = 0; i < more.length; i += 2) {
            json.put((String) more[i], more[i + 1]);
        }
        return PeftConfig.loadMap(json.buildOrThrow()).config();
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
                .isThrownBy(() -> read("use_dora", true))
                .withMessageContaining("does not support DoRA");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                read(
                                        "init_lora_weights",
                                        "loftq",
                                        "loftq_config",
                                        ImmutableMap.of("loftq_bits", 4)))
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
