package io.github.peft4j.config;

import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionSetter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds a config; every option has PEFT's default. Nothing is checked before {@link #build}.
 *
 * @param <C> the config
 * @param <B> the concrete builder, returned by each setter
 */
public abstract class PeftConfigBuilder<C extends PeftConfig, B extends PeftConfigBuilder<C, B>>
        implements OptionSetter<B> {

    private static final Logger LOG = LoggerFactory.getLogger(PeftConfigBuilder.class);

    private final ConfigType<C> type;
    private final Map<Option<?>, @Nullable Object> given = new LinkedHashMap<>();

    /** For the builders of the methods. */
    protected PeftConfigBuilder(ConfigType<C> type) {
        this.type = type;
    }

    @Override
    public final <T> B set(Option<T> option, @Nullable T value) {
        given.put(option, value);
        return self();
    }

    /** Takes all values of a config over. */
    public final B from(C config) {
        given.putAll(config.values().asMap());
        return self();
    }

    @SuppressWarnings("unchecked") // B is the concrete builder
    private B self() {
        return (B) this;
    }

    /** What the model is trained for; decides wrapper and loss. Default null: no task. */
    public final B optTaskType(@Nullable TaskType value) {
        return set(CommonOptions.TASK_TYPE, value);
    }

    /** Class and library of a base model without a task type. Default null. */
    public final B optAutoMapping(@Nullable Map<String, @Nullable Object> value) {
        return set(CommonOptions.AUTO_MAPPING, value);
    }

    /** The PEFT version whose rules hold. Default: the one this library mirrors. */
    public final B optPeftVersion(@Nullable String value) {
        return set(CommonOptions.PEFT_VERSION_OPTION, value);
    }

    /** Name or directory of the base model. Default null. */
    public final B optBaseModelNameOrPath(@Nullable String value) {
        return set(CommonOptions.BASE_MODEL_NAME_OR_PATH, value);
    }

    /** Branch, tag or commit of the base model. Default null. */
    public final B optRevision(@Nullable String value) {
        return set(CommonOptions.REVISION, value);
    }

    /** Whether the adapter is frozen. Default false. */
    public final B optInferenceMode(boolean value) {
        return set(CommonOptions.INFERENCE_MODE, value);
    }

    /**
     * Builds the config and logs what is allowed but odd.
     *
     * @throws IllegalArgumentException if an option is wrong; the text names option, value and rule
     */
    public final C build() {
        return build(LOG::warn);
    }

    /**
     * Builds the config.
     *
     * @param warn takes a warning about each thing that is allowed but odd
     * @throws IllegalArgumentException if an option is wrong; the text names option, value and rule
     */
    public final C build(Consumer<String> warn) {
        return type.build(given, warn);
    }
}
