package io.github.peft4j.config;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.json.JsonType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The options that every config has besides its {@code peft_type}. */
public final class CommonOptions {

    /** The version of Hugging Face PEFT whose formats, defaults and numbers are met. */
    public static final String PEFT_VERSION = "0.21.2";

    /** What the model is trained for; null: a plain wrapper without a task. */
    public static final Option<TaskType> TASK_TYPE =
            Option.nullable(
                            "task_type",
                            JsonType.of(
                                    "a string",
                                    json ->
                                            json instanceof String name
                                                    ? Optional.of(TaskType.of(name))
                                                    : Optional.empty(),
                                    TaskType::name))
                    .means("what the model is trained for; decides wrapper and loss");

    /** Class and library of the base model, for adapters without a task type. */
    public static final Option<Map<String, @Nullable Object>> AUTO_MAPPING =
            Option.nullable("auto_mapping", JsonType.OBJECT)
                    .means("class and library of a base model without a task type");

    /** The PEFT version whose defaults and formulas hold; old files have no such key. */
    public static final Option<String> PEFT_VERSION_OPTION =
            Option.string("peft_version", PEFT_VERSION)
                    .nullAsDefault()
                    .means("the PEFT version whose rules hold");

    /** Name or directory of the base model. */
    public static final Option<String> BASE_MODEL_NAME_OR_PATH =
            Option.nullable("base_model_name_or_path", JsonType.STRING)
                    .means("name or directory of the base model");

    /** Branch, tag or commit of the base model. */
    public static final Option<String> REVISION =
            Option.nullable("revision", JsonType.STRING)
                    .means("branch, tag or commit of the base model");

    /** Whether the adapter is frozen; true in the files that PEFT saves with a model. */
    public static final Option<Boolean> INFERENCE_MODE =
            Option.flag("inference_mode", false).means("whether the adapter is frozen");

    static final List<Option<?>> ALL =
            ImmutableList.of(
                    TASK_TYPE,
                    AUTO_MAPPING,
                    PEFT_VERSION_OPTION,
                    BASE_MODEL_NAME_OR_PATH,
                    REVISION,
                    INFERENCE_MODE);

    private CommonOptions() {}
}
