package io.github.peft4j.config;

import io.github.peft4j.json.JsonValues;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A config whose options are stated in a {@link ConfigType}: immutable, compared by its values. */
public abstract class OptionConfig implements PeftConfig {

    private final ConfigType<?> type;
    private final OptionValues values;

    /** For the configs of the methods. */
    protected OptionConfig(ConfigType<?> type, OptionValues values) {
        this.type = type;
        this.values = values;
    }

    /** A builder with the values of this config. */
    public abstract OptionConfigBuilder<?, ?> toBuilder();

    /** The table of the method's options. */
    public final ConfigType<?> type() {
        return type;
    }

    /** All values. */
    final OptionValues values() {
        return values;
    }

    /**
     * The value of an option.
     *
     * @throws IllegalStateException if it is null
     */
    public final <T> T get(Option<T> option) {
        return values.get(option);
    }

    /** The value of an option, unless it is null. */
    public final <T> Optional<T> find(Option<T> option) {
        return Optional.ofNullable(values.find(option));
    }

    @Override
    public final CommonFields common() {
        return new CommonFields(
                values.find(CommonOptions.TASK_TYPE),
                values.find(CommonOptions.AUTO_MAPPING),
                values.find(CommonOptions.PEFT_VERSION_OPTION),
                values.find(CommonOptions.BASE_MODEL_NAME_OR_PATH),
                values.find(CommonOptions.REVISION),
                values.get(CommonOptions.INFERENCE_MODE));
    }

    @Override
    public final OptionConfig withCommon(CommonFields value) {
        OptionConfigBuilder<?, ?> changed = toBuilder();
        changed.optTaskType(value.taskType());
        changed.optAutoMapping(value.autoMapping());
        changed.optPeftVersion(value.peftVersion());
        changed.optBaseModelNameOrPath(value.baseModelNameOrPath());
        changed.optRevision(value.revision());
        changed.optInferenceMode(value.inferenceMode());
        return changed.build(warning -> {});
    }

    @Override
    public final PeftType peftType() {
        return type.peftType();
    }

    @Override
    public final Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", peftType().name());
        values.asMap().forEach((option, value) -> json.put(option.key(), option.write(value)));
        return JsonValues.freezeObject(json);
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof OptionConfig that
                && type == that.type
                && values.equals(that.values);
    }

    @Override
    public final int hashCode() {
        return values.hashCode();
    }

    @Override
    public final String toString() {
        return toJson();
    }
}
