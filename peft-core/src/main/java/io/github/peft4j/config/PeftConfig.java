package io.github.peft4j.config;

import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionGetter;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.json.PythonJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How an adapter is built: the content of adapter_config.json. Each method has a final class that
 * extends it, over a table of options ({@link ConfigType}), made by a builder and checked when it
 * is built. Immutable, compared by its values.
 *
 * <p>Reading starts from the defaults of PEFT {@value CommonOptions#PEFT_VERSION} and overlays the
 * keys found. Writing gives, byte for byte, what PEFT writes, except that sets are sorted, whose
 * order is arbitrary there.
 */
public abstract class PeftConfig implements OptionGetter {

    /** The name of the file in an adapter's directory. */
    public static final String FILE_NAME = "adapter_config.json";

    private final ConfigType<?> type;
    private final OptionValues values;

    /** For the configs of the methods. */
    protected PeftConfig(ConfigType<?> type, OptionValues values) {
        this.type = type;
        this.values = values;
    }

    /** A builder with the values of this config. */
    public abstract PeftConfigBuilder<?, ?> toBuilder();

    /** The table of the method's options. */
    public final ConfigType<?> type() {
        return type;
    }

    /** All values. */
    final OptionValues values() {
        return values;
    }

    @Override
    public final <T> T get(Option<T> option) {
        return values.get(option);
    }

    /** The value of an option, unless it is null. */
    public final <T> Optional<T> find(Option<T> option) {
        return Optional.ofNullable(values.find(option));
    }

    /** The method. */
    public final PeftType peftType() {
        return type.peftType();
    }

    /** What the model is trained for, if the config says so. */
    public final Optional<TaskType> taskType() {
        return find(CommonOptions.TASK_TYPE);
    }

    /** Name or directory of the base model, if the config says so. */
    public final Optional<String> baseModelNameOrPath() {
        return find(CommonOptions.BASE_MODEL_NAME_OR_PATH);
    }

    /** The PEFT version whose defaults and formulas hold. */
    public final String peftVersion() {
        return get(CommonOptions.PEFT_VERSION_OPTION);
    }

    /** Whether the adapter is frozen. */
    public final boolean inferenceMode() {
        return get(CommonOptions.INFERENCE_MODE);
    }

    /** This config, frozen or not. */
    public final PeftConfig withInferenceMode(boolean frozen) {
        return toBuilder().optInferenceMode(frozen).build(warning -> {});
    }

    /**
     * This config after it was read from a directory: paths in it may be relative to that.
     *
     * @param directory where adapter_config.json is
     */
    public PeftConfig locatedIn(Path directory) {
        return this;
    }

    /** Every option under its JSON key, {@code peft_type} included; immutable JSON values. */
    public final Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>(values.toMap());
        json.put("peft_type", peftType().name());
        return JsonValues.freezeObject(json);
    }

    /** The text of adapter_config.json: sorted keys, two spaces, no newline at the end. */
    public final String toJson() {
        return PythonJson.write(toMap());
    }

    /**
     * Writes adapter_config.json, whole or not at all, and creates the directory.
     *
     * @throws IllegalArgumentException if the path is a file
     */
    public final void savePretrained(Path directory) throws IOException {
        ConfigFiles.write(this, directory);
    }

    /**
     * Reads adapter_config.json of a directory and logs the warnings.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if it cannot be read or is no JSON
     * @throws IllegalArgumentException if a field is wrong; the text names file, field and value
     * @throws io.github.peft4j.exception.UnsupportedFeatureException if PEFT has the method and
     *     this version has not
     */
    public static PeftConfig fromPretrained(Path directory) throws IOException {
        return load(directory).config();
    }

    /** The same with the warnings. */
    public static LoadedConfig load(Path directory) throws IOException {
        return ConfigFiles.read(directory);
    }

    /**
     * Reads the text of an adapter_config.json.
     *
     * @throws IllegalArgumentException if it is no JSON or a field is wrong
     * @throws io.github.peft4j.exception.UnsupportedFeatureException if PEFT has the method and
     *     this version has not
     */
    public static PeftConfig fromJson(String json) {
        return ConfigFiles.parse(json).config();
    }

    /** The same with the warnings. */
    public static LoadedConfig loadJson(String json) {
        return ConfigFiles.parse(json);
    }

    /** The same from JSON values: strings, numbers, booleans, lists, maps and nulls. */
    public static LoadedConfig loadMap(Map<String, ?> json) {
        return ConfigFiles.parse(json);
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof PeftConfig that && type == that.type && values.equals(that.values);
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
