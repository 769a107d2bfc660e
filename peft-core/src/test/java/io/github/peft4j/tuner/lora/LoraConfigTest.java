package io.github.peft4j.tuner.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.Bias;
import io.github.peft4j.config.LoadedConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.TargetModules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoraConfigTest {

    private static LoraConfig.Builder builder() {
        return LoraConfig.builder();
    }

    private static LoraConfig read(Map<String, ?> options, List<String> warnings) {
        Map<String, Object> json = new HashMap<>(options);
        json.put("peft_type", "LORA");
        LoadedConfig loaded = PeftConfig.loadMap(json);
        warnings.addAll(loaded.warnings());
        return (LoraConfig) loaded.config();
    }

    @Test
    void takesEveryOptionUnderItsOwnName() {
        LoraConfig config =
                builder()
                        .optR(4)
                        .optLoraAlpha(16)
                        .optLoraDropout(0.1)
                        .optUseRslora(true)
                        .optFanInFanOut(true)
                        .optBias(Bias.ADAPTED_LAYERS)
                        .optInitLoraWeights("gaussian")
                        .optRankPattern(ImmutableMap.of("query", 2))
                        .optAlphaPattern(ImmutableMap.of("query", 1.5))
                        .optTaskType(TaskType.SEQ_CLS)
                        .optTargetModules("query", "key", "query")
                        .optExcludeModulesRegex(".*0.*")
                        .optLayersToTransform(0, 2)
                        .optLayersPattern("layer")
                        .optModulesToSave("classifier")
                        .build(warning -> {});

        assertThat(config.toMap())
                .containsEntry("r", 4L)
                .containsEntry("lora_alpha", 16L)
                .containsEntry("lora_dropout", 0.1)
                .containsEntry("use_rslora", true)
                .containsEntry("fan_in_fan_out", true)
                .containsEntry("bias", "lora_only")
                .containsEntry("init_lora_weights", "gaussian")
                .containsEntry("rank_pattern", Map.of("query", 2L))
                .containsEntry("alpha_pattern", Map.of("query", 1.5))
                .containsEntry("task_type", "SEQ_CLS")
                .containsEntry("target_modules", List.of("key", "query"))
                .containsEntry("exclude_modules", ".*0.*")
                .containsEntry("layers_to_transform", List.of(0L, 2L))
                .containsEntry("layers_pattern", "layer")
                .containsEntry("modules_to_save", List.of("classifier"));
        assertThat(config.toMap()).hasSize(41);
        assertThat(config.layersToTransform()).contains(OneOrMany.many(List.of(0, 2)));
    }

    @Test
    void allLinearAloneIsNoName() {
        TargetModules all = builder().optTargetModules("all-linear").build().targets();

        assertThat(all.isAllLinear()).isTrue();
        assertThat(
                        builder()
                                .optTargetModules("all-linear", "query")
                                .build()
                                .targets()
                                .isAllLinear())
                .isFalse();
    }

    @Test
    void looksUpExceptionsByLayer() {
        LoraConfig config =
                builder()
                        .optRankPattern(ImmutableMap.of("query", 2, "no_such", 3))
                        .optAlphaPattern(ImmutableMap.of("1.key", 5))
                        .build();

        assertThat(config.ranks().find("a.query")).contains(2);
        assertThat(config.ranks().find("a.key")).isEmpty();
        assertThat(config.alphas().find("layer.1.key")).contains(5L);
    }

    @Test
    void writesAlphaAsItWasGiven() {
        assertThat(builder().optLoraAlpha(16).build().toJson()).contains("\"lora_alpha\": 16,");
        assertThat(builder().optLoraAlpha(16.0).build().toJson()).contains("\"lora_alpha\": 16.0,");
        assertThat(builder().optLoraAlpha(8.5).build().loraAlpha()).isEqualTo(8.5);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void refusesARankBelowOne(int r) {
        assertThatThrownBy(() -> builder().optR(r).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("r is " + r + "; it must be a positive integer. Pass 8, for example.");
        assertThatThrownBy(() -> builder().optRankPattern(ImmutableMap.of("q", r)).build())
                .hasMessageStartingWith("rank_pattern[\"q\"] is " + r + "; it must be a positive");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.0, 1.5, Double.NaN})
    void refusesADropoutThatIsNoProbability(double dropout) {
        assertThatThrownBy(() -> builder().optLoraDropout(dropout).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "lora_dropout is " + dropout + "; it must be a probability");
    }

    @Test
    void refusesAnAlphaThatIsNoNumber() {
        assertThatThrownBy(() -> builder().optLoraAlpha(Double.NaN).build())
                .hasMessage("lora_alpha is NaN; it must be a finite number. Pass 1, for example.");
    }

    static Stream<Arguments> contradictions() {
        return Stream.of(
                Arguments.of(
                        builder().optTargetModulesRegex(".*q").optLayersToTransform(0),
                        "layers_to_transform is [0] but target_modules is the regular expression"),
                Arguments.of(
                        builder().optTargetModulesRegex(".*q").optLayersPattern("layer"),
                        "layers_pattern is \"layer\" but target_modules is the regular expression"),
                Arguments.of(
                        builder().optTargetModules("q").optLayersPattern("layer"),
                        "layers_pattern is \"layer\" but layers_to_transform is not set."),
                Arguments.of(
                        builder().optInitLoraWeights("gaussian").optLoraBias(true),
                        "lora_bias is true but init_lora_weights is gaussian;"),
                Arguments.of(
                        builder().optInitLoraWeights("loftq"),
                        "init_lora_weights is loftq but loftq_config is empty."));
    }

    @ParameterizedTest
    @MethodSource("contradictions")
    void refusesContradictions(LoraConfig.Builder builder, String text) {
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(text);
    }

    @Test
    void refusesContradictionsOfOptionsOfFiles() {
        assertThatThrownBy(
                        () ->
                                read(
                                        Map.of("use_dora", true, "megatron_config", Map.of("a", 1)),
                                        new ArrayList<>()))
                .hasMessageContaining("use_dora is true and megatron_config is set;");
        assertThatThrownBy(
                        () -> read(Map.of("use_dora", true, "lora_bias", true), new ArrayList<>()))
                .hasMessageContaining("lora_bias is true and use_dora is true;");
    }

    @Test
    void fillsInNestedOptionsAndDropsUnknownOnes() {
        LoraConfig config =
                read(Map.of("kasa_config", Map.of("beta", 1, "unknown", 2)), new ArrayList<>());

        assertThat(config.toMap()).containsEntry("kasa_config", Map.of("beta", 1L, "gamma", 1e-3));
    }

    @Test
    void warnsAndFillsInWhatAStartNeeds() {
        List<String> warnings = new ArrayList<>();

        LoraConfig config = read(Map.of("init_lora_weights", "eva"), warnings);

        assertThat(warnings)
                .containsExactly(
                        "init_lora_weights is eva but eva_config is not set. Its defaults are"
                                + " used.");
        assertThat(config.toMap().get("eva_config"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("rho", 2.0);
    }

    @Test
    void dropsLoftqOptionsOfAnotherStart() {
        List<String> warnings = new ArrayList<>();

        LoraConfig config = read(Map.of("loftq_config", Map.of("loftq_bits", 4)), warnings);

        assertThat(warnings)
                .containsExactly(
                        "loftq_config is set but ignored, because init_lora_weights is true, not"
                                + " loftq.");
        assertThat(config.toMap()).containsEntry("loftq_config", Map.of());
    }

    static Stream<Arguments> lacking() {
        return Stream.of(
                Arguments.of("use_qalora", true, "use_qalora"),
                Arguments.of("megatron_config", Map.of("a", 1), "megatron_config"));
    }

    @ParameterizedTest
    @MethodSource("lacking")
    void namesWhatThisVersionCannotRun(String key, Object value, String name) {
        LoraConfig config = read(Map.of(key, value), new ArrayList<>());

        assertThat(config.notYetSupported()).containsExactly(name);
    }

    @Test
    void supportsOptionsWithoutEffect() {
        LoraConfig config =
                read(
                        Map.of(
                                "lora_bias",
                                true,
                                "eva_config",
                                Map.of(),
                                "lora_ga_config",
                                Map.of(),
                                "qalora_group_size",
                                8,
                                "megatron_core",
                                "other",
                                "target_parameters",
                                List.of()),
                        new ArrayList<>());

        assertThat(config.notYetSupported()).isEmpty();
    }

    @Test
    void acceptsAnyNameOfAStart() {
        LoraConfig config = builder().optInitLoraWeights("unknown").build();

        assertThat(config.initLoraWeights().isKnown()).isFalse();
        assertThat(InitLoraWeights.of("orthogonal").isKnown()).isTrue();
        assertThat(InitLoraWeights.of("pissa_niter_16").isKnown()).isTrue();
        assertThat(InitLoraWeights.of("pissa_16").isKnown()).isFalse();
    }

    @Test
    void refusesAnUnknownBias() {
        assertThatThrownBy(() -> read(Map.of("bias", "some"), new ArrayList<>()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "bias is \"some\" but must be one of \"none\", \"all\", \"lora_only\".");
    }
}
