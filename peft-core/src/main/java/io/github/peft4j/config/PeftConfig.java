package io.github.peft4j.config;

import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.json.PythonJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How an adapter is built: the content of adapter_config.json. Each method has a record that
 * implements it, made by a builder and checked when constructed.
 *
 * <p>Reading starts from the defaults of PEFT {@value CommonFields#PEFT_VERSION} and overlays the
 * keys found. Writing gives, byte for byte, what PEFT writes, except that sets are sorted, whose
 * order is arbitrary there.
 */
public interface PeftConfig {

    /** The name of the file in an adapter's directory. */
    String FILE_NAME = "adapter_config.json";

    /** The method. */
    PeftType peftType();

    /** The fields that all methods share. */
    CommonFields common();

    /** This config with other shared fields. */
    PeftConfig withCommon(CommonFields common);

    /** Every field under its JSON key, {@code peft_type} included; immutable JSON values. */
    Map<String, @Nullable Object> toMap();

    /**
     * This config after it was read from a directory: paths in it may be relative to that.
     *
     * @param directory where adapter_config.json is
     */
    default PeftConfig locatedIn(Path directory) {
        return this;
    }

    /** What the model is trained for, if the config says so. */
    default Optional<TaskType> taskType() {
        return Optional.ofNullable(common().taskType());
    }

    /** Name or directory of the base model, if the config says so. */
    default Optional<String> baseModelNameOrPath() {
        return Optional.ofNullable(common().baseModelNameOrPath());
    }

    /** Whether the adapter is frozen. */
    default boolean inferenceMode() {
        return common().inferenceMode();
    }

    /** The text of adapter_config.json: sorted keys, two spaces, no newline at the end. */
    default String toJson() {
        return PythonJson.write(toMap());
    }

    /**
     * Writes adapter_config.json, whole or not at all, and creates the directory.
     *
     * @throws IllegalArgumentException if the path is a file
     */
    default void savePretrained(Path directory) throws IOException {
        ConfigFiles.write(this, directory);
    }

    /**
     * Reads adapter_config.json of a directory and logs the warnings.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if it cannot be read or is no JSON
     * @throws IllegalArgumentException if a field is wrong; the text names file, field and value
     * @throws UnsupportedFeatureException if PEFT has the method and this version has not
     */
    static PeftConfig fromPretrained(Path directory) throws IOException {
        return load(directory).config();
    }

    /** The same with the warnings. */
    static LoadedConfig load(Path directory) throws IOException {
        return ConfigFiles.read(directory);
    }

    /**
     * Reads the text of an adapter_config.json.
     *
     * @throws IllegalArgumentException if it is no JSON or a field is wrong
     * @throws UnsupportedFeatureException if PEFT has the method and this version has not
     */
    static PeftConfig fromJson(String json) {
        return ConfigFiles.parse(json).config();
    }

    /** The same with the warnings. */
    static LoadedConfig loadJson(String json) {
        return ConfigFiles.parse(json);
    }

    /** The same from JSON values: strings, numbers, booleans, lists, maps and nulls. */
    static LoadedConfig loadMap(Map<String, ?> json) {
        return ConfigFiles.parse(json);
    }
}
