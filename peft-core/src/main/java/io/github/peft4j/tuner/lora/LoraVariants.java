package io.github.peft4j.tuner.lora;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.NestedOptions;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * LoRA's further options as JSON values: those of its variants and special initialisers. Checked
 * and filled with defaults, so that every config can be read and written, whatever this version can
 * run.
 *
 * @param values all options by JSON key
 */
public record LoraVariants(Map<String, @Nullable Object> values) {

    static final JsonType<Map<String, List<Integer>>> TOKENS_BY_LAYER =
            JsonType.INTEGERS.values("an object of lists of integers");

    static final JsonType<List<List<Integer>>> RANGES =
            JsonType.INTEGERS.list("a list of pairs [first layer, layer after the last]");

    private static final ImmutableMap<String, Option> SCHEMA = schema();

    static final LoraVariants DEFAULT = new LoraVariants(ImmutableMap.of());

    /** Turns a given value, never null, into the value that is kept. */
    @FunctionalInterface
    private interface Check {
        Object apply(String key, Object value);
    }

    private record Option(@Nullable Object standard, boolean nullable, Check check) {}

    /** Checks each option and fills in the absent ones. */
    public LoraVariants {
        Map<String, @Nullable Object> whole = new LinkedHashMap<>();
        for (Map.Entry<String, Option> entry : SCHEMA.entrySet()) {
            String key = entry.getKey();
            Option option = entry.getValue();
            Object given = values.get(key);
            if (given != null) {
                whole.put(key, option.check().apply(key, checkedJson(given)));
            } else {
                boolean keepNull = values.containsKey(key) && option.nullable();
                whole.put(key, keepNull ? null : option.standard());
            }
        }
        for (String key : values.keySet()) {
            Preconditions.checkArgument(
                    SCHEMA.containsKey(key), "%s is no option of LoRA. Leave it out.", key);
        }
        values = Collections.unmodifiableMap(whole);
    }

    private static Object checkedJson(Object value) {
        Object frozen = JsonValues.freeze(value);
        return frozen == null ? value : frozen;
    }

    private static ImmutableMap<String, Option> schema() {
        JsonType<Object> tokens =
                JsonType.INTEGERS.<Object>map(list -> list).or(TOKENS_BY_LAYER.map(map -> map));
        ImmutableMap.Builder<String, Option> schema = ImmutableMap.builder();
        schema.put("megatron_config", plain(null, JsonType.OBJECT));
        schema.put("megatron_core", plain("megatron.core", JsonType.STRING));
        schema.put("trainable_token_indices", plain(null, tokens));
        schema.put("loftq_config", plain(ImmutableMap.of(), JsonType.OBJECT));
        schema.put("use_dora", plain(false, JsonType.FLAG));
        schema.put("alora_invocation_tokens", plain(null, JsonType.INTEGERS));
        schema.put("use_qalora", plain(false, JsonType.FLAG));
        schema.put("qalora_group_size", plain(16L, JsonType.INTEGER));
        schema.put("layer_replication", plain(null, RANGES));
        schema.put("target_parameters", plain(null, JsonType.STRINGS));
        schema.put("ensure_weight_tying", plain(false, JsonType.FLAG));
        LoraSubConfigs.SCHEMAS.forEach((key, nested) -> schema.put(key, nested(nested)));
        return schema.buildOrThrow();
    }

    private static Option plain(@Nullable Object standard, JsonType<?> type) {
        return new Option(
                standard,
                standard == null || standard instanceof String,
                (key, value) -> {
                    type.convert(key, value);
                    return value;
                });
    }

    private static Option nested(NestedOptions schema) {
        return new Option(
                null, true, (key, value) -> schema.fill(key, JsonType.OBJECT.convert(key, value)));
    }

    static Iterable<String> keys() {
        return SCHEMA.keySet();
    }

    LoraVariants with(String key, @Nullable Object value) {
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(values);
        changed.put(key, value);
        return new LoraVariants(changed);
    }

    /** An option, if it is set. */
    <T> Optional<T> get(String key, JsonType<T> type) {
        Object value = values.get(key);
        return value == null ? Optional.empty() : Optional.of(type.convert(key, value));
    }

    /** An option, if it is set and of this type. */
    <T> Optional<T> find(String key, JsonType<T> type) {
        return Optional.ofNullable(values.get(key)).flatMap(type::tryConvert);
    }

    Optional<Map<String, @Nullable Object>> object(String key) {
        return get(key, JsonType.OBJECT);
    }

    boolean flag(String key) {
        return Boolean.TRUE.equals(values.get(key));
    }

    boolean isSet(String key) {
        return values.get(key) != null;
    }

    /** Whether Python takes the option for true: set and not empty. */
    boolean isTruthy(String key) {
        Object value = values.get(key);
        if (value instanceof Map<?, ?> map) {
            return !map.isEmpty();
        }
        return value instanceof Collection<?> items
                ? !items.isEmpty()
                : value != null && !Boolean.FALSE.equals(value);
    }
}
