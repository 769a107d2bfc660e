package io.github.peft4j.tuner.lora;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.NestedOptions;
import io.github.peft4j.json.JsonType;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Fields, defaults and rules of the objects inside a LoRA config. */
final class LoraSubConfigs {

    private static final String POSITIVE = "positive";

    private static final NestedOptions EVA =
            NestedOptions.schema()
                    .with("rho", 2.0, JsonType.NUMBER, rho -> atLeast(rho, 1), "at least 1")
                    .with(
                            "tau",
                            0.99,
                            JsonType.NUMBER,
                            tau -> atLeast(tau, 0) && tau.doubleValue() <= 1,
                            "between 0 and 1")
                    .with("use_label_mask", true, JsonType.FLAG)
                    .with("label_mask_value", -100, JsonType.INTEGER)
                    .with("whiten", false, JsonType.FLAG)
                    .with("adjust_scaling_factors", true, JsonType.FLAG);

    private static final NestedOptions CORDA =
            NestedOptions.schema()
                    .with("cache_file", null, JsonType.STRING)
                    .with("covariance_file", null, JsonType.STRING)
                    .with("corda_method", "ipm", JsonType.STRING)
                    .with("verbose", false, JsonType.FLAG)
                    .with("use_float16_for_covariance", false, JsonType.FLAG)
                    .with("prune_temporary_fields", true, JsonType.FLAG);

    private static final NestedOptions LORA_GA =
            NestedOptions.schema()
                    .with("direction", "ArB2r", JsonType.STRING)
                    .with("scale", "stable", JsonType.STRING)
                    .with("stable_gamma", 16, JsonType.NUMBER);

    private static final NestedOptions VELORA =
            NestedOptions.schema()
                    .with("num_groups", 64, JsonType.INTEGER, groups -> groups > 0, POSITIVE)
                    .with("scale", 1.0, JsonType.NUMBER, LoraSubConfigs::isPositive, POSITIVE)
                    .withChoice("init_type", "batch_average", "batch_average_once", "random");

    private static final NestedOptions MONTECLORA =
            NestedOptions.schema()
                    .with("num_samples", 8, JsonType.INTEGER, samples -> samples > 0, POSITIVE)
                    .with("use_entropy", false, JsonType.FLAG)
                    .with(
                            "dirichlet_prior",
                            0.1,
                            JsonType.NUMBER,
                            LoraSubConfigs::isPositive,
                            POSITIVE)
                    .with("sample_scaler", 1e-4, JsonType.NUMBER)
                    .with("kl_loss_weight", 1e-5, JsonType.NUMBER)
                    .with("buffer_size", 150, JsonType.INTEGER, size -> size > 0, POSITIVE);

    private static final NestedOptions ARROW =
            NestedOptions.schema()
                    .with("top_k", 3, JsonType.INTEGER, k -> k > 0, POSITIVE)
                    .with(
                            "router_temperature",
                            1.0,
                            JsonType.NUMBER,
                            LoraSubConfigs::isPositive,
                            POSITIVE)
                    .with("use_gks", false, JsonType.FLAG)
                    .with("task_adapter_names", null, JsonType.STRINGS)
                    .with("gks_adapter_names", null, JsonType.STRINGS)
                    .with("rng_seed", null, JsonType.INTEGER);

    private static final NestedOptions KASA =
            NestedOptions.schema()
                    .with("beta", 1e-4, JsonType.NUMBER, beta -> atLeast(beta, 0), "at least 0")
                    .with("gamma", 1e-3, JsonType.NUMBER, gamma -> atLeast(gamma, 0), "at least 0");

    private static final NestedOptions BDLORA =
            NestedOptions.schema()
                    .with("target_modules_bd_a", null, JsonType.STRINGS)
                    .with("target_modules_bd_b", null, JsonType.STRINGS)
                    .with("nblocks", 1, JsonType.INTEGER)
                    .with("match_strict", true, JsonType.FLAG);

    static final ImmutableMap<String, NestedOptions> SCHEMAS =
            ImmutableMap.<String, NestedOptions>builder()
                    .put("eva_config", EVA)
                    .put("corda_config", CORDA)
                    .put("lora_ga_config", LORA_GA)
                    .put("velora_config", VELORA)
                    .put("monteclora_config", MONTECLORA)
                    .put("use_bdlora", BDLORA)
                    .put("arrow_config", ARROW)
                    .put("kasa_config", KASA)
                    .buildOrThrow();

    private LoraSubConfigs() {}

    /** No module may have both factors block-diagonal. */
    static void refuseBlockDiagonalOverlap(Map<?, ?> bdlora) {
        Set<Object> both = new HashSet<>(names(bdlora, "target_modules_bd_a"));
        both.retainAll(names(bdlora, "target_modules_bd_b"));
        if (!both.isEmpty()) {
            throw new IllegalArgumentException(
                    "use_bdlora names "
                            + both
                            + " in target_modules_bd_a and target_modules_bd_b; a module may be in"
                            + " one of them only. Take it out of the other.");
        }
    }

    private static List<?> names(Map<?, ?> bdlora, String key) {
        return bdlora.get(key) instanceof List<?> names ? names : Collections.emptyList();
    }

    private static boolean isPositive(Number value) {
        return value.doubleValue() > 0;
    }

    private static boolean atLeast(Number value, double least) {
        return value.doubleValue() >= least;
    }
}
