package io.github.peft4j.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.tuner.ia3.IA3Config;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.oft.OFTConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WeightedRefusalsTest {

    private final ToyModel toy = ToyModel.ours();

    @AfterEach
    void close() {
        toy.close();
    }

    private PeftModel model(PeftConfig config) {
        return PeftModels.getPeftModel(toy.base().block(), config, "one");
    }

    private static WeightedAdapterOptions.Builder one() {
        return WeightedAdapterOptions.builder().addAdapter("one", 1);
    }

    private void refuses(PeftConfig config, WeightedAdapterOptions options, String... texts) {
        try (PeftModel model = model(config)) {
            assertThatThrownBy(() -> model.addWeightedAdapter("sum", options))
                    .isInstanceOfAny(
                            IllegalArgumentException.class, UnsupportedFeatureException.class)
                    .message()
                    .contains(texts);
            assertThat(model.peftConfig()).containsOnlyKeys("one");
        }
    }

    private static LoraConfig.Builder lora() {
        return Weighted.lora(2, "up");
    }

    @Test
    void refusesAdaptersThatAreNotThere() {
        refuses(
                lora().build(),
                one().addAdapter("nobody", 1).build(),
                "no adapter 'nobody'",
                "[one]");
    }

    @Test
    void refusesANameThatIsTaken() {
        try (PeftModel model = model(lora().build())) {
            assertThatThrownBy(() -> model.addWeightedAdapter("one", one().build()))
                    .hasMessageContaining("There is an adapter 'one' already");
        }
    }

    @Test
    void refusesMethodsWithoutASum() {
        refuses(
                OFTConfig.builder().optR(2).optOftBlockSize(0).optTargetModules("up").build(),
                one().build(),
                "method OFT have no weighted sum",
                "saveAsLora");
    }

    @Test
    void refusesVariantsThatAreMoreThanAProduct() {
        refuses(
                lora().optUseDora(true).build(),
                one().build(),
                "'one' acts at up",
                "DoraLinear",
                "saveAsLora");
    }

    @Test
    void refusesWhatASumWouldLeaveOut() {
        refuses(lora().optLoraBias(true).build(), one().build(), "lora_bias is true");
    }

    @Test
    void refusesListsNextToExpressions() {
        try (PeftModel model = model(lora().build())) {
            model.addAdapter(
                    "two", LoraConfig.builder().optR(2).optTargetModulesRegex("down").build());

            assertThatThrownBy(
                            () ->
                                    model.addWeightedAdapter(
                                            "sum", one().addAdapter("two", 1).build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a list and of others a regular expression")
                    .hasMessageContaining("[[up], \"down\"]");
        }
    }

    @Test
    void refusesOtherSumsOfIa3() {
        IA3Config config =
                IA3Config.builder().optTargetModules("up").optFeedforwardModules().build();
        refuses(
                config,
                one().optCombinationType("cat").build(),
                "combination_type is cat",
                "one kind of sum");
    }

    @Test
    void refusesIa3OfInputsNextToThatOfOutputs() {
        IA3Config outputs =
                IA3Config.builder().optTargetModules("up").optFeedforwardModules().build();
        try (PeftModel model = model(outputs)) {
            model.addAdapter(
                    "two",
                    IA3Config.builder().optTargetModules("up").optFeedforwardModules("up").build());

            assertThatThrownBy(
                            () ->
                                    model.addWeightedAdapter(
                                            "sum", one().addAdapter("two", 1).build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("At up adapter 'one' scales (8, 1) and the sum (1, 6)")
                    .hasMessageContaining("same feedforward_modules");
        }
    }

    @Test
    void refusesOptionsThatDoNotFit() {
        assertThatThrownBy(() -> CombinationType.of("unknown"))
                .hasMessageContaining("combination_type is 'unknown'")
                .hasMessageContaining("dare_ties_svd");
        assertThatThrownBy(() -> WeightedAdapterOptions.builder().build())
                .hasMessageContaining("No adapter is named");
        WeightedAdapterOptions.Builder two = one().addAdapter("two", 1);
        assertThatThrownBy(() -> two.optCombinationType("ties").build())
                .hasMessageContaining("combination_type is ties")
                .hasMessageContaining("density is not set");
        assertThatThrownBy(() -> one().optDensity(0).build())
                .hasMessageContaining("density is 0.0");
        assertThatThrownBy(() -> one().optSvdRank(0).build()).hasMessageContaining("svd_rank is 0");
        assertThatThrownBy(() -> one().optSvdClamp(2).build())
                .hasMessageContaining("svd_clamp is 2.0");
        assertThatThrownBy(() -> one().addAdapter("two", Double.NaN))
                .hasMessageContaining("weight of adapter 'two' is NaN");
        assertThatThrownBy(() -> WeightedAdapterOptions.MajoritySign.of("most"))
                .hasMessageContaining("majority_sign_method is 'most'");
    }
}
