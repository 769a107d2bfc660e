package io.github.peft4j.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The part that the builders of all configs share. It checks nothing: the records it builds do.
 *
 * @param <B> the concrete builder, returned by each method
 */
public abstract class PeftConfigBuilder<B extends PeftConfigBuilder<B>> {

    private CommonFields common = CommonFields.DEFAULT;

    /** For the builders of the methods. */
    protected PeftConfigBuilder() {}

    /** This builder under its own type. */
    protected abstract B self();

    /** The shared fields as set so far. */
    protected CommonFields common() {
        return common;
    }

    /** All shared fields at once. */
    public B optCommon(CommonFields value) {
        common = value;
        return self();
    }

    /** Overlays the shared fields that the JSON has; methods extend it by their own. */
    protected B overlay(ConfigReader json) {
        CommonFields.read(json, this);
        return self();
    }

    /** What the model is trained for; decides wrapper and loss. Default null: no task. */
    public B optTaskType(@Nullable TaskType value) {
        return optCommon(common.withTaskType(value));
    }

    /** Class and library of a base model without a task type. Default null. */
    public B optAutoMapping(@Nullable Map<String, @Nullable Object> value) {
        return optCommon(common.withAutoMapping(value));
    }

    /** The PEFT version whose rules hold. Default: the one this library mirrors. */
    public B optPeftVersion(@Nullable String value) {
        return optCommon(
                new CommonFields(
                        common.taskType(),
                        common.autoMapping(),
                        value,
                        common.baseModelNameOrPath(),
                        common.revision(),
                        common.inferenceMode()));
    }

    /** Name or directory of the base model. Default null. */
    public B optBaseModelNameOrPath(@Nullable String value) {
        return optCommon(common.withBaseModelNameOrPath(value));
    }

    /** Branch, tag or commit of the base model. Default null. */
    public B optRevision(@Nullable String value) {
        return optCommon(common.withRevision(value));
    }

    /** Whether the adapter is frozen. Default false. */
    public B optInferenceMode(boolean value) {
        return optCommon(common.withInferenceMode(value));
    }
}
