package io.github.peft4j.tuner.lora;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.TargetModules;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

class LoraConfigPropertyTest {

    @Property
    void everyConfigSurvivesItsJsonLetterForLetter(@ForAll("configs") LoraConfig config) {
        String json = config.toJson();

        PeftConfig again = PeftConfig.fromJson(json);

        assertThat(again).isEqualTo(config);
        assertThat(again.toJson()).isEqualTo(json);
    }

    @Property
    void everyConfigSurvivesItsBuilder(@ForAll("configs") LoraConfig config) {
        assertThat(config.toBuilder().build(warning -> {})).isEqualTo(config);
    }

    @Provide
    Arbitrary<LoraConfig> configs() {
        return Combinators.combine(common(), targets(), scaling(), layer(), variants())
                .as(
                        (common, targets, scaling, layer, variants) -> {
                            Map<String, @Nullable Object> json = new HashMap<>();
                            json.put("peft_type", "LORA");
                            for (Map<String, ?> part : List.of(common, scaling, layer, variants)) {
                                json.putAll(part);
                            }
                            LoraConfig config = (LoraConfig) PeftConfig.loadMap(json).config();
                            return config.toBuilder().optTargets(targets).build(warning -> {});
                        });
    }

    private static Arbitrary<Map<String, @Nullable Object>> common() {
        return Combinators.combine(
                        Arbitraries.of(TaskType.class).map(TaskType::name).injectNull(0.2),
                        json().map(value -> Map.of("key", value)).injectNull(0.5),
                        text().injectNull(0.2),
                        text().injectNull(0.2),
                        text().injectNull(0.2),
                        Arbitraries.of(true, false))
                .as(
                        (task, mapping, version, base, revision, frozen) -> {
                            Map<String, @Nullable Object> json = new HashMap<>();
                            json.put("task_type", task);
                            json.put("auto_mapping", mapping);
                            json.put("peft_version", version);
                            json.put("base_model_name_or_path", base);
                            json.put("revision", revision);
                            json.put("inference_mode", frozen);
                            return json;
                        });
    }

    private static Arbitrary<TargetModules> targets() {
        Arbitrary<OneOrMany<String>> names = text().list().ofMaxSize(4).map(OneOrMany::many);
        Arbitrary<OneOrMany<String>> nameOrNames =
                Arbitraries.oneOf(names, text().map(OneOrMany::one));
        Arbitrary<OneOrMany<Integer>> layers =
                Arbitraries.oneOf(
                        Arbitraries.integers().map(OneOrMany::one),
                        Arbitraries.integers().list().ofMaxSize(3).map(OneOrMany::many));
        Arbitrary<TargetModules> byName =
                Combinators.combine(
                                names.injectNull(0.2),
                                nameOrNames.injectNull(0.5),
                                layers,
                                nameOrNames.injectNull(0.5),
                                text().list().ofMaxSize(3).injectNull(0.5))
                        .as(TargetModules::new);
        return Arbitraries.oneOf(
                byName,
                text().map(regex -> TargetModules.DEFAULT.withTargetModules(OneOrMany.one(regex))));
    }

    private static Arbitrary<Map<String, @Nullable Object>> scaling() {
        return Combinators.combine(
                        ranks(),
                        numbers(),
                        Arbitraries.of(true, false),
                        Arbitraries.maps(text(), ranks()).ofMaxSize(3),
                        Arbitraries.maps(text(), numbers()).ofMaxSize(3))
                .as(
                        (r, alpha, rslora, ranks, alphas) ->
                                Map.of(
                                        "r", r,
                                        "lora_alpha", alpha,
                                        "use_rslora", rslora,
                                        "rank_pattern", ranks,
                                        "alpha_pattern", alphas));
    }

    private static Arbitrary<Map<String, @Nullable Object>> layer() {
        Arbitrary<Number> dropout =
                Arbitraries.oneOf(
                        Arbitraries.just(0),
                        Arbitraries.doubles().between(0, true, 1, false).map(p -> p));
        Arbitrary<Object> starts =
                Arbitraries.of(true, false, "gaussian", "eva", "corda", "pissa_niter_4", "true");
        return Combinators.combine(
                        dropout,
                        Arbitraries.of(true, false),
                        Arbitraries.of("none", "all", "lora_only"),
                        starts)
                .as(
                        (p, fanInFanOut, bias, start) ->
                                Map.of(
                                        "lora_dropout", p,
                                        "fan_in_fan_out", fanInFanOut,
                                        "bias", bias,
                                        "lora_bias", start instanceof Boolean,
                                        "init_lora_weights", start));
    }

    private static Arbitrary<Map<String, @Nullable Object>> variants() {
        Map<String, List<Object>> choices =
                Map.of(
                        "trainable_token_indices",
                                List.of(List.of(1, 2), Map.of("emb", List.of(3))),
                        "eva_config", List.of(Map.of(), Map.of("rho", 1, "unknown", 2)),
                        "corda_config", List.of(Map.of("cache_file", "file")),
                        "loftq_config", List.of(Map.of("loftq_bits", 8)),
                        "layer_replication", List.of(List.of(List.of(0, 2), List.of(1, 2))),
                        "megatron_core", List.of("other.core"),
                        "qalora_group_size", List.of(8),
                        "alora_invocation_tokens", List.of(List.of(), List.of(5)));
        return Combinators.combine(
                        Arbitraries.of(choices.keySet()).set(),
                        Arbitraries.integers().between(0, 1))
                .as(
                        (keys, pick) -> {
                            Map<String, @Nullable Object> json = new HashMap<>();
                            for (String key : keys) {
                                List<Object> values = choices.getOrDefault(key, List.of());
                                json.put(key, values.get(pick % values.size()));
                            }
                            return json;
                        });
    }

    private static Arbitrary<Integer> ranks() {
        return Arbitraries.integers().greaterOrEqual(1);
    }

    private static Arbitrary<Number> numbers() {
        return Arbitraries.oneOf(
                Arbitraries.longs().map(value -> value),
                Arbitraries.doubles().map(value -> value),
                Arbitraries.bigIntegers().map(value -> value));
    }

    /** Any UTF-16, halves of surrogate pairs included. */
    private static Arbitrary<String> text() {
        return Arbitraries.strings().all().ofMaxLength(8);
    }

    private static Arbitrary<Object> json() {
        Arbitrary<Object> leaf =
                Arbitraries.oneOf(
                        text().map(value -> value),
                        numbers().map(value -> value),
                        Arbitraries.of(true, false).map(value -> value));
        return Arbitraries.oneOf(
                leaf,
                leaf.list().ofMaxSize(3).map(value -> value),
                Arbitraries.maps(text(), leaf).ofMaxSize(3).map(value -> value));
    }
}
