package io.github.peft4j.config;

import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields that every config has besides its {@code peft_type}. Flat in JSON.
 *
 * @param taskType what the model is trained for; null (default): a plain wrapper without a task
 * @param autoMapping class and library of the base model, for adapters without a task type; kept as
 *     it was read; default null
 * @param peftVersion the PEFT version whose defaults and formulas hold; null becomes {@value
 *     #PEFT_VERSION}, also for old files that have no such key
 * @param baseModelNameOrPath name or directory of the base model; default null
 * @param revision branch, tag or commit of the base model; default null
 * @param inferenceMode whether the adapter is frozen; true in the files that PEFT saves with a
 *     model; default false
 */
public record CommonFields(
        @Nullable TaskType taskType,
        @Nullable Map<String, @Nullable Object> autoMapping,
        @Nullable String peftVersion,
        @Nullable String baseModelNameOrPath,
        @Nullable String revision,
        boolean inferenceMode) {

    /** The version of Hugging Face PEFT whose formats, defaults and numbers are met. */
    public static final String PEFT_VERSION = "0.21.2";

    /** The fields of a config that says nothing. */
    public static final CommonFields DEFAULT =
            new CommonFields(null, null, null, null, null, false);

    /** Fills in the version and copies the mapping. */
    public CommonFields {
        if (peftVersion == null) {
            peftVersion = PEFT_VERSION;
        }
        if (autoMapping != null) {
            autoMapping = JsonValues.freezeObject(autoMapping);
        }
    }

    /** These fields with another task type. */
    public CommonFields withTaskType(@Nullable TaskType value) {
        return new CommonFields(
                value, autoMapping, peftVersion, baseModelNameOrPath, revision, inferenceMode);
    }

    /** These fields with another mapping. */
    public CommonFields withAutoMapping(@Nullable Map<String, @Nullable Object> value) {
        return new CommonFields(
                taskType, value, peftVersion, baseModelNameOrPath, revision, inferenceMode);
    }

    /** These fields with another base model. */
    public CommonFields withBaseModelNameOrPath(@Nullable String value) {
        return new CommonFields(taskType, autoMapping, peftVersion, value, revision, inferenceMode);
    }

    /** These fields with another revision of the base model. */
    public CommonFields withRevision(@Nullable String value) {
        return new CommonFields(
                taskType, autoMapping, peftVersion, baseModelNameOrPath, value, inferenceMode);
    }

    /** These fields, frozen or not. */
    public CommonFields withInferenceMode(boolean value) {
        return new CommonFields(
                taskType, autoMapping, peftVersion, baseModelNameOrPath, revision, value);
    }

    /** Puts the fields under their JSON keys. */
    public void putInto(Map<String, @Nullable Object> json) {
        json.put("task_type", taskType == null ? null : taskType.name());
        json.put("auto_mapping", autoMapping);
        json.put("peft_version", peftVersion);
        json.put("base_model_name_or_path", baseModelNameOrPath);
        json.put("revision", revision);
        json.put("inference_mode", inferenceMode);
    }

    /** Reads the fields that are there into a builder. */
    static void read(ConfigReader json, PeftConfigBuilder<?> builder) {
        json.readNullable(
                "task_type",
                JsonType.STRING,
                name -> builder.optTaskType(name == null ? null : TaskType.of(name)));
        json.readNullable("auto_mapping", JsonType.OBJECT, builder::optAutoMapping);
        json.readNullable("peft_version", JsonType.STRING, builder::optPeftVersion);
        json.readNullable(
                "base_model_name_or_path", JsonType.STRING, builder::optBaseModelNameOrPath);
        json.readNullable("revision", JsonType.STRING, builder::optRevision);
        json.read("inference_mode", JsonType.FLAG, builder::optInferenceMode);
    }
}
