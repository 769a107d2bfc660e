package io.github.peft4j.cli.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.json.JsonFile;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.precision.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;

/**
 * One workload of workloads.json with the defaults laid under it.
 *
 * @param json the merged description
 * @param models folder of models, adapters and batches
 */
record Workload(JsonObject json, Path models) {

    /** What the name of a workload ends with that is another one on packed weights. */
    private static final String PACKED = "-fp16";

    private static final String FILE = "workloads.json";

    /**
     * Finds a workload.
     *
     * @param name of the file's, or of one of them with "-fp16" behind it, which packs its weights
     * @throws IllegalArgumentException if there is none of this name
     */
    static Workload find(Path models, String name) throws IOException {
        Path path = models.resolve(FILE);
        try {
            return find(models, JsonParser.parseString(JsonFile.text(path)), name);
        } catch (JsonParseException
                | IllegalStateException
                | ClassCastException
                | NullPointerException
                | UnsupportedOperationException bad) {
            throw new IOException(
                    "%s is no list of workloads: %s. Make it again."
                            .formatted(path, JsonReasons.of(bad)),
                    bad);
        }
    }

    private static Workload find(Path models, JsonElement read, String name) {
        JsonObject file = read.getAsJsonObject();
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
        return value(key, "a number", JsonElement::getAsDouble);
    }

    /** How many tokens a generate workload makes for each prompt. */
    int newTokens() {
        return whole("new_tokens");
    }

    JsonObject optimizer() {
        return value("optimizer", "an object", JsonElement::getAsJsonObject);
    }

    boolean gradientCheckpointing() {
        return value("gradient_checkpointing", "true or false", JsonElement::getAsBoolean);
    }

    /**
     * Whether the frozen layers are computed in the first epoch alone: told by {@code
     * frozen_layer_cache}, else so for workloads that are named after their epochs.
     */
    boolean keepsFrozenLayers() {
        JsonElement told = json.get("frozen_layer_cache");
        return told == null ? name().endsWith("epochs") : told.getAsBoolean();
    }

    /**
     * Bytes for beginnings that prompts share, 0 for none: told in MiB by {@code prefix_cache_mb},
     * else 256 MiB for workloads whose name says so.
     */
    long prefixCacheBytes() {
        JsonElement told = json.get("prefix_cache_mb");
        long standard = name().endsWith("-prefix") ? 256 : 0;
        return (told == null ? standard : told.getAsLong()) << 20;
    }

    JsonObject configOverrides() {
        return value("config_overrides", "an object", JsonElement::getAsJsonObject);
    }

    int steps(boolean quick) {
        int few = whole("quick_steps");
        return quick && few > 0 ? few : whole("steps");
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

    /** The folder of one of several adapters. */
    Path adapter(int number) {
        return models.resolve("adapters")
                .resolve(text("adapter"))
                .resolve("%03d".formatted(number));
    }

    /** How many adapters there are. */
    int adapters() {
        return whole("adapters");
    }

    Path batches() {
        return models.resolve("batches").resolve(text("batches") + ".safetensors");
    }

    private String text(String key) {
        return value(key, "a text", JsonElement::getAsString);
    }

    private int whole(String key) {
        return value(key, "a whole number", JsonElement::getAsInt);
    }

    private <T> T value(String key, String type, Function<JsonElement, T> read) {
        JsonElement value = json.get(key);
        try {
            return read.apply(Objects.requireNonNull(value, key));
        } catch (NumberFormatException
                | IllegalStateException
                | NullPointerException
                | UnsupportedOperationException bad) {
            throw new IllegalArgumentException(
                    "%s: workload %s has %s = %s, which must be %s. Correct it."
                            .formatted(
                                    models.resolve(FILE),
                                    JsonReasons.shown(json.get("name")),
                                    key,
                                    JsonReasons.shown(value),
                                    type),
                    bad);
        }
    }
}
