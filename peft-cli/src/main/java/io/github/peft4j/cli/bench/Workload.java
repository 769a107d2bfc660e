package io.github.peft4j.cli.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.Precision;
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

    /** What the name of a workload ends with that is another one on packed weights. */
    private static final String PACKED = "-fp16";

    /**
     * Finds a workload.
     *
     * @param name of the file's, or of one of them with "-fp16" behind it, which packs its weights
     * @throws IllegalArgumentException if there is none of this name
     */
    static Workload find(Path models, String name) throws IOException {
        JsonObject file =
                JsonParser.parseString(Files.readString(models.resolve("workloads.json")))
                        .getAsJsonObject();
        boolean packed = name.endsWith(PACKED);
        String plain = packed ? name.substring(0, name.length() - PACKED.length()) : name;
        StringBuilder known = new StringBuilder();
        for (JsonElement element : file.getAsJsonArray("workloads")) {
            JsonObject workload = element.getAsJsonObject();
            String found = workload.get("name").getAsString();
            if (found.equals(name)) {
                return new Workload(merged(file.getAsJsonObject("defaults"), workload), models);
            }
            if (packed && found.equals(plain)) {
                JsonObject own = workload.deepCopy();
                own.addProperty("name", name);
                own.addProperty("precision", Precision.FP16_PACKED.text());
                return new Workload(merged(file.getAsJsonObject("defaults"), own), models);
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
        String rounded = isRounded() ? "-bf16" : "";
        return models.resolve("models").resolve(text("model") + rounded);
    }

    /** Whether the base is the file in bf16, computed with in float32. */
    private boolean isRounded() {
        return json.has("weights") && text("weights").equals("bf16");
    }

    /**
     * How the base holds its weights: what the workload says, else the fastest for its kind that
     * keeps the file's numbers. Packed weights do that for a file in bf16, and do not train.
     */
    Precision precision() {
        if (json.has("precision")) {
            return Precision.of(text("precision"));
        }
        return isRounded() && kind().equals("generate") ? Precision.FP16_PACKED : Precision.FLOAT32;
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
