package io.github.peft4j.cli.conformance.model;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.precision.Precision;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.family.AutoClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Finds and loads the base models of cases. */
public final class BaseModels {

    private final ImmutableList<Path> folders;
    private final Precision precision;

    /** Looks models up in these folders, the first that has one wins. */
    public BaseModels(ImmutableList<Path> folders) {
        this(folders, Precision.FLOAT32);
    }

    /** The same with transformers that hold their weights so. */
    public BaseModels(ImmutableList<Path> folders, Precision precision) {
        this.folders = folders;
        this.precision = precision;
    }

    /** The directory of a model. */
    public Path find(String name) throws IOException {
        for (Path folder : folders) {
            Path directory = folder.resolve(name);
            if (Files.isDirectory(directory)) {
                return directory;
            }
        }
        throw new IOException(
                "No base model '" + name + "' in " + folders + ". Name its folder with --models.");
    }

    /** How checkpoints are read. */
    public LoadOptions options() {
        return LoadOptions.builder().optPrecision(precision).build();
    }

    /** Refuses to train weights that are not float32. */
    public void requireTrainable() {
        if (precision != Precision.FLOAT32) {
            throw new UnsupportedFeatureException(
                    "Weights that are held as " + precision.text() + " cannot train.");
        }
    }

    /** Loads a base with the head that its checkpoint was saved with. */
    public Loaded loadForItsTask(String name) throws IOException {
        JsonObject description = new JsonObject();
        description.addProperty("model", name);
        Path config = find(name).resolve("config.json");
        if (Files.exists(config)) {
            description.addProperty("auto_class", autoClass(ExpectedFile.json(config)));
        }
        return load(description);
    }

    private static String autoClass(JsonObject config) {
        JsonElement classes = config.get("architectures");
        if (classes == null || !classes.isJsonArray() || classes.getAsJsonArray().isEmpty()) {
            return "AutoModel";
        }
        String name = classes.getAsJsonArray().get(0).getAsString();
        int head = name.indexOf("For");
        if (head >= 0) {
            String task = name.substring(head);
            return task.equals("ForConditionalGeneration")
                    ? "AutoModelForSeq2SeqLM"
                    : "AutoModel" + task;
        }
        return name.endsWith("LMHeadModel") ? "AutoModelForCausalLM" : "AutoModel";
    }

    /** Loads the base of a case without dropout, so that training mode computes what eval does. */
    public Loaded load(JsonObject description) throws IOException {
        Path directory = find(description.get("model").getAsString());
        if (Files.exists(directory.resolve("net.json"))) {
            NetModel net = NetModel.load(directory);
            return new Loaded(net, net);
        }
        JsonElement auto = description.get("auto_class");
        AutoClass head =
                auto == null || auto.isJsonNull()
                        ? AutoClass.MODEL
                        : AutoClass.named(auto.getAsString());
        var model = Transformers.load(directory, head, options(directory, description));
        return new Loaded(model, model);
    }

    /** A base model and how to free it. */
    public record Loaded(BaseModel model, AutoCloseable owner) implements AutoCloseable {

        @Override
        public void close() {
            try {
                owner.close();
            } catch (Exception e) {
                throw new IllegalStateException("Cannot free the base model.", e);
            }
        }
    }

    private LoadOptions options(Path directory, JsonObject description) throws IOException {
        LoadOptions.Builder options = LoadOptions.builder().optPrecision(precision);
        Map<String, Object> values = PretrainedConfig.read(directory).values();
        if (!values.containsKey("classifier_dropout")) {
            // A default of some heads that is not in the file.
            options.addConfigOverride("classifier_dropout", 0.0);
        }
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            if (entry.getKey().contains("drop") && entry.getValue() instanceof Number) {
                options.addConfigOverride(entry.getKey(), 0.0);
            }
        }
        if (description.has("base_config")) {
            for (Map.Entry<String, JsonElement> entry :
                    description.getAsJsonObject("base_config").entrySet()) {
                options.addConfigOverride(entry.getKey(), entry.getValue());
            }
        }
        return options.build();
    }
}
