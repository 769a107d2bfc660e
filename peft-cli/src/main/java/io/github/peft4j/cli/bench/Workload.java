package io.github.peft4j.cli.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.exception.UnsupportedFeatureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One workload of workloads.json with the defaults laid under it.
 *
 * @param json the merged description
 * @param models folder of models, adapters and batches
 */
record Workload(JsonObject json, Path models) {

    /**
     * Finds a workload.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    static Workload find(Path models, String name) throws IOException {
        JsonObject file =
                JsonParser.parseString(Files.readString(models.resolve("workloads.json")))
                        .getAsJsonObject();
        StringBuilder known = new StringBuilder();
        for (JsonElement element : file.getAsJsonArray("workloads")) {
            JsonObject workload = element.getAsJsonObject();
            String found = workload.get("name").getAsString();
            if (found.equals(name)) {
                return new Workload(merged(file.getAsJsonObject("defaults"), workload), models);
            }
            known.append(' ').append(found);
        }
        throw new IllegalArgumentException(
                "There is no workload '" + name + "'. Workloads:" + known + ".");
    }

    private static JsonObject merged(JsonObject defaults, JsonObject workload) {
        JsonObject all = defaults.deepCopy();
        for (String key : workload.keySet()) {
            if (key.equals("optimizer")) {
                JsonObject optimizer = all.getAsJsonObject(key);
                workload.getAsJsonObject(key)
                        .entrySet()
                        .forEach(e -> optimizer.add(e.getKey(), e.getValue()));
            } else {
                all.add(key, workload.get(key));
            }
        }
        return all;
    }

    String name() {
        return text("name");
    }

    String kind() {
        return text("kind");
    }

    /** How a predict workload runs its adapter: active, merged or disabled. */
    String mode() {
        return text("mode");
    }

    double number(String key) {
        return json.get(key).getAsDouble();
    }

    /** How many tokens a generate workload makes for each prompt. */
    int newTokens() {
        return json.get("new_tokens").getAsInt();
    }

    JsonObject optimizer() {
        return json.getAsJsonObject("optimizer");
    }

    boolean gradientCheckpointing() {
        return json.get("gradient_checkpointing").getAsBoolean();
    }

    /**
     * Whether the frozen layers are computed in the first epoch alone: told by {@code
     * frozen_layer_cache}, else so for workloads that are named after their epochs.
     */
    boolean keepsFrozenLayers() {
        JsonElement told = json.get("frozen_layer_cache");
        return told == null ? name().endsWith("epochs") : told.getAsBoolean();
    }

    JsonObject configOverrides() {
        return json.getAsJsonObject("config_overrides");
    }

    int steps(boolean quick) {
        int few = json.get("quick_steps").getAsInt();
        return quick && few > 0 ? few : json.get("steps").getAsInt();
    }

    Path model() {
        if (!text("dtype").equals("float32")) {
            throw new UnsupportedFeatureException(
                    "Workload "
                            + name()
                            + " wants a base in "
                            + text("dtype")
                            + "; only float32"
                            + " bases are run by this version.");
        }
        return models.resolve("models").resolve(text("model"));
    }

    /** The first adapter's folder; adapters that come in copies are numbered. */
    Path adapter() {
        Path folder = models.resolve("adapters").resolve(text("adapter"));
        Path first = folder.resolve("000");
        return Files.isDirectory(first) ? first : folder;
    }

    Path batches() {
        return models.resolve("batches").resolve(text("batches") + ".safetensors");
    }

    private String text(String key) {
        return json.get(key).getAsString();
    }
}
