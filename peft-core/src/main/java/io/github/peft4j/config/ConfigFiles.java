package io.github.peft4j.config;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.option.ConfigReader;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.internal.text.Text;
import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.io.file.FileContent;
import io.github.peft4j.json.JsonFile;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and writes adapter_config.json: finds the method by its name, collects the warnings. */
final class ConfigFiles {

    private static final Logger LOG = LoggerFactory.getLogger(ConfigFiles.class);
    private static final String IN_MEMORY = "adapter config";

    private ConfigFiles() {}

    /** MLX names tensors otherwise and turns matrices; these lines make PEFT's files of them. */
    private static final String OF_MLX =
            "This is the config of an MLX adapter (lora_parameters, and no peft_type), whose tensors"
                    + " have other names and are turned. Convert it once in Python, in that"
                    + " directory:\n"
                    + "import json; from safetensors.torch import load_file, save_file\n"
                    + "c = json.load(open('adapter_config.json'))['lora_parameters'];"
                    + " t = load_file('adapters.safetensors')\n"
                    + "save_file({'base_model.model.' + k[:-1] + k[-1].upper() + '.weight':"
                    + " v.T.contiguous() for k, v in t.items()}, 'adapter_model.safetensors',"
                    + " metadata={'format': 'pt'})\n"
                    + "json.dump({'peft_type': 'LORA', 'r': c['rank'], 'lora_alpha': c['scale'] *"
                    + " c['rank'], 'target_modules': sorted({k.rsplit('.', 1)[0] for k in t})},"
                    + " open('adapter_config.json', 'w'))";

    static LoadedConfig read(Path directory) throws IOException {
        Path file = directory.resolve(PeftConfig.FILE_NAME);
        if (!Files.isRegularFile(file)) {
            throw new NoSuchFileException(
                    file.toString(),
                    null,
                    "no " + PeftConfig.FILE_NAME + " here. Pass the directory of a saved adapter.");
        }
        String cure = "Correct the file or save the adapter again.";
        LoadedConfig loaded = interpret(JsonFile.object(file, cure), file.toString(), true);
        return new LoadedConfig(loaded.config().locatedIn(directory), loaded.warnings());
    }

    static LoadedConfig parse(String json) {
        try {
            return interpret(JsonValues.parseObject(json, IN_MEMORY), IN_MEMORY, false);
        } catch (IOException e) {
            throw new IllegalArgumentException(Text.message(e.getMessage()), e);
        }
    }

    static LoadedConfig parse(Map<String, ?> json) {
        return interpret(JsonValues.freezeObject(json), IN_MEMORY, false);
    }

    private static LoadedConfig interpret(
            Map<String, @Nullable Object> json, String source, boolean file) {
        LoadedConfig loaded;
        try {
            loaded = interpretFields(json, file);
        } catch (UnsupportedFeatureException e) {
            throw new UnsupportedFeatureException(source + ": " + Text.message(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(source + ": " + Text.message(e.getMessage()), e);
        }
        loaded.warnings().forEach(warning -> LOG.warn("{}: {}", source, Text.message(warning)));
        return loaded;
    }

    private static LoadedConfig interpretFields(Map<String, @Nullable Object> json, boolean file) {
        ImmutableList.Builder<String> warnings = ImmutableList.builder();
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(json);
        if (fields.containsKey("runtime_config")) {
            fields.remove("runtime_config");
            warnings.add("runtime_config is ignored: it is valid at run time only, not in files.");
        }
        Object name = fields.remove("peft_type");
        if (name == null && fields.containsKey("lora_parameters")) {
            throw new UnsupportedFeatureException(OF_MLX);
        }
        if (name == null) {
            throw new IllegalArgumentException(
                    "The key peft_type is missing, so the method is unknown. Add it, for example"
                            + " \"peft_type\": \"LORA\".");
        }
        PeftType type = PeftType.of(JsonType.STRING.convert("peft_type", name));
        PeftMethod<?> method = PeftMethods.require(type);
        ConfigReader reader = new ConfigReader(fields, file);
        PeftConfig config = method.parse(reader);
        reader.warnAboutUnknownKeys(method.configType().configClass().getSimpleName());
        return new LoadedConfig(config, warnings.addAll(reader.warnings()).build());
    }

    static void write(PeftConfig config, Path directory) throws IOException {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new IllegalArgumentException(
                    directory + " is a file. Pass a directory to save the adapter in.");
        }
        AtomicFiles.write(
                directory.resolve(PeftConfig.FILE_NAME), FileContent.utf8(config.toJson()));
    }
}
