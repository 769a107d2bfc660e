package io.github.peft4j.transformers.checkpoint;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import io.github.peft4j.json.JsonFile;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.ops.ActivationFunction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint's config.json, as written by transformers 4 or 5: keys that are absent or null take
 * the family's default, unknown keys are left alone.
 */
public final class PretrainedConfig {

    /** The file's name inside a checkpoint directory. */
    public static final String FILE = "config.json";

    private static final Gson GSON =
            new GsonBuilder()
                    .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
                    .serializeSpecialFloatingPointValues()
                    .serializeNulls()
                    .create();

    /** Keys that say how many layers there are, in one family or another. */
    private static final List<String> LAYERS = List.of("num_hidden_layers", "n_layer", "n_layers");

    private final JsonObject json;
    private final String source;
    private final List<Integer> layerOrder;

    private PretrainedConfig(JsonObject json, String source) {
        this(json, source, List.of());
    }

    private PretrainedConfig(JsonObject json, String source, List<Integer> layerOrder) {
        this.json = json;
        this.source = source;
        this.layerOrder = layerOrder;
    }

    /**
     * Reads config.json of a checkpoint directory.
     *
     * @throws IOException if there is none, or it is not a JSON object
     */
    public static PretrainedConfig read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new IOException(
                    "There is no "
                            + file
                            + ". A Hugging Face checkpoint directory holds config.json,"
                            + " *.safetensors and tokenizer.json.");
        }
        String cure = "Correct the file, or download the checkpoint again.";
        return of(JsonFile.object(file, cure), file.toString());
    }

    /** A config of these values; {@code source} names it in errors. */
    public static PretrainedConfig of(JsonElement root, String source) {
        if (!root.isJsonObject()) {
            throw new IllegalArgumentException(source + " is not a JSON object.");
        }
        return new PretrainedConfig(root.getAsJsonObject().deepCopy(), source);
    }

    /** A config of plain values; {@code source} names it in errors. */
    public static PretrainedConfig of(Map<String, ?> values, String source) {
        return of(GSON.toJsonTree(values), source);
    }

    /** The same config with one value laid over it. */
    public PretrainedConfig with(String key, Object value) {
        JsonObject copy = json.deepCopy();
        copy.add(key, GSON.toJsonTree(value));
        return new PretrainedConfig(copy, source, layerOrder);
    }

    /** The same config with values for keys that are absent; a key that is null stays null. */
    public PretrainedConfig withDefaults(Map<String, ?> defaults) {
        JsonObject copy = json.deepCopy();
        defaults.keySet().stream()
                .filter(key -> !json.has(key))
                .forEach(key -> copy.add(key, GSON.toJsonTree(defaults.get(key))));
        return new PretrainedConfig(copy, source, layerOrder);
    }

    /** The same config with transformers' two unnamed labels. */
    public PretrainedConfig withoutLabels() {
        JsonObject copy = json.deepCopy();
        List.of("id2label", "label2id", "num_labels").forEach(copy::remove);
        return new PretrainedConfig(copy, source, layerOrder);
    }

    /**
     * The config of a model that is made of this one's layers.
     *
     * @param order their numbers
     */
    public PretrainedConfig withLayers(List<Integer> order) {
        JsonObject copy = json.deepCopy();
        boolean told = LAYERS.stream().anyMatch(copy::has);
        LAYERS.stream()
                .filter(key -> !told || copy.has(key))
                .forEach(key -> copy.addProperty(key, order.size()));
        JsonElement types = copy.get("layer_types");
        if (types != null && types.isJsonArray()) {
            JsonArray reordered = new JsonArray();
            order.forEach(layer -> reordered.add(types.getAsJsonArray().get(layer)));
            copy.add("layer_types", reordered);
        }
        return new PretrainedConfig(copy, source, List.copyOf(order));
    }

    /** The number that a layer has in the checkpoint. */
    public int layerInFile(int layer) {
        return layerOrder.isEmpty() ? layer : layerOrder.get(layer);
    }

    /** {@code model_type}, which names the family. */
    public String modelType() {
        return string("model_type")
                .orElseThrow(
                        () -> new IllegalArgumentException(problem("model_type", "is absent")));
    }

    /** A whole number, or the default where the key is absent or null. */
    public int integer(String key, int missing) {
        JsonElement value = find(key);
        if (value == null) {
            return missing;
        }
        double number = number(key, value);
        if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    problem(key, "is " + JsonReasons.shown(value) + ", not an integer"));
        }
        return (int) number;
    }

    /** A positive whole number, or the default where the key is absent or null. */
    public int positive(String key, int missing) {
        int value = integer(key, missing);
        if (value <= 0) {
            throw new IllegalArgumentException(
                    problem(key, "is " + JsonReasons.shown(value) + ", not positive"));
        }
        return value;
    }

    /**
     * A positive whole number.
     *
     * @throws IllegalArgumentException if the key is absent or null
     */
    public int positive(String key) {
        if (!has(key)) {
            throw new IllegalArgumentException(problem(key, "is absent"));
        }
        return positive(key, 0);
    }

    /**
     * {@code pad_token_id}, the row of the token table that is not trained.
     *
     * @throws IllegalArgumentException if the vocabulary has no such token
     */
    public int paddingRow(int missing) {
        int row = integer("pad_token_id", missing);
        int tokens = integer("vocab_size", Integer.MAX_VALUE);
        if (row >= tokens) {
            throw new IllegalArgumentException(
                    problem("pad_token_id", "is " + row + ", but vocab_size is " + tokens));
        }
        return row;
    }

    /** A number, or the default where the key is absent or null. */
    public double decimal(String key, double missing) {
        JsonElement value = find(key);
        return value == null ? missing : number(key, value);
    }

    /** A probability that something is dropped, or the default where the key is absent or null. */
    public double probability(String key, double missing) {
        double value = decimal(key, missing);
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(
                    problem(
                            key,
                            "is "
                                    + JsonReasons.shown(value)
                                    + ", not a probability from 0 to below 1"));
        }
        return value;
    }

    /** An activation function by its name, or the default where the key is absent or null. */
    public ActivationFunction activation(String key, String missing) {
        try {
            return ActivationFunction.of(string(key).orElse(missing));
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException(
                    source + ", " + key + ": " + JsonReasons.message(unknown), unknown);
        }
    }

    /** Whether the key has a number over this one. */
    boolean exceeds(String key, long most) {
        JsonElement value = find(key);
        return value != null
                && value.isJsonPrimitive()
                && value.getAsJsonPrimitive().isNumber()
                && value.getAsDouble() > most;
    }

    /** Says that the weights are of another size than a key says. */
    String mismatch(String key, String weights) {
        return "%s is %s in %s, but %s. Take the config.json of this checkpoint."
                .formatted(key, JsonReasons.shown(find(key)), source, weights);
    }

    /** An object as a config of its own, or an empty one where the key is absent or null. */
    public PretrainedConfig section(String key) {
        JsonElement value = find(key);
        return value == null
                ? new PretrainedConfig(new JsonObject(), source)
                : of(value, key + " of " + source);
    }

    /** Whether there is no value at all. */
    public boolean isEmpty() {
        return json.isEmpty();
    }

    /** Whether the key is there and not null. */
    public boolean has(String key) {
        return find(key) != null;
    }

    /** Whether the key is there and null: none, where an absent key means the default. */
    public boolean isNull(String key) {
        JsonElement value = json.get(key);
        return value != null && value.isJsonNull();
    }

    /** Whether the key's value is a text. */
    public boolean isText(String key) {
        JsonElement value = find(key);
        return value != null && isText(value);
    }

    private static boolean isText(JsonElement value) {
        return value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
    }

    /** Texts, or an empty list where the key is absent or null. */
    public List<String> strings(String key) {
        JsonElement value = find(key);
        ImmutableList.Builder<String> texts = ImmutableList.builder();
        if (value != null && value.isJsonArray()) {
            for (JsonElement text : value.getAsJsonArray()) {
                if (!isText(text)) {
                    throw new IllegalArgumentException(
                            problem(
                                    key,
                                    "is " + JsonReasons.shown(value) + ", not a list of texts"));
                }
                texts.add(text.getAsString());
            }
        } else if (value != null) {
            throw new IllegalArgumentException(
                    problem(key, "is " + JsonReasons.shown(value) + ", not a list"));
        }
        return texts.build();
    }

    /** Numbers, or an empty list where the key is absent or null. */
    public List<Double> decimals(String key) {
        JsonElement value = find(key);
        ImmutableList.Builder<Double> numbers = ImmutableList.builder();
        if (value != null && value.isJsonArray()) {
            value.getAsJsonArray().forEach(element -> numbers.add(number(key, element)));
        } else if (value != null) {
            throw new IllegalArgumentException(
                    problem(key, "is " + JsonReasons.shown(value) + ", not a list"));
        }
        return numbers.build();
    }

    /** A truth value, or the default where the key is absent or null. */
    public boolean flag(String key, boolean missing) {
        JsonElement value = find(key);
        if (value == null) {
            return missing;
        }
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
            throw new IllegalArgumentException(
                    problem(key, "is " + JsonReasons.shown(value) + ", not true or false"));
        }
        return value.getAsBoolean();
    }

    /** A text, if the key is there and not null. */
    public Optional<String> string(String key) {
        JsonElement value = find(key);
        if (value == null) {
            return Optional.empty();
        }
        if (!isText(value)) {
            throw new IllegalArgumentException(
                    problem(key, "is " + JsonReasons.shown(value) + ", not a text"));
        }
        return Optional.of(value.getAsString());
    }

    /**
     * How many labels a head has: {@code num_labels}, else the size of {@code id2label}, else the
     * default. Where both are there and differ, the number counts, as in transformers 5.
     */
    public int numLabels(int missing) {
        return positive("num_labels", labelNames().count().orElse(missing));
    }

    /**
     * Names of the labels in order, or {@code LABEL_0}, ... where the file has none, or not as many
     * as {@code num_labels} says.
     *
     * @throws IllegalArgumentException if a key is no number
     */
    public List<String> labels(int missing) {
        return labelNames().names(numLabels(missing));
    }

    /** Whether {@code num_labels} and {@code id2label} are there and say different numbers. */
    public boolean labelsDisagree() {
        return labelNames().count().orElse(numLabels(2)) != numLabels(2);
    }

    private LabelNames labelNames() {
        return LabelNames.of(find(LabelNames.KEY), source);
    }

    /** All values as plain Java objects. */
    public Map<String, Object> values() {
        Map<String, Object> all = GSON.fromJson(json, new TypeToken<Map<String, Object>>() {});
        ImmutableMap.Builder<String, Object> known = ImmutableMap.builder();
        all.forEach(
                (key, value) -> {
                    if (value != null) {
                        known.put(key, value);
                    }
                });
        return known.buildOrThrow();
    }

    /** Every value, nulls included, as JSON values. */
    public Map<String, @Nullable Object> toMap() {
        return JsonValues.freezeObject(
                GSON.fromJson(json, new TypeToken<Map<String, @Nullable Object>>() {}));
    }

    private @Nullable JsonElement find(String key) {
        JsonElement value = json.get(key);
        return value == null || value.isJsonNull() ? null : value;
    }

    private double number(String key, JsonElement value) {
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isNumber()) {
            throw new IllegalArgumentException(
                    problem(key, "is " + JsonReasons.shown(value) + ", not a number"));
        }
        return value.getAsDouble();
    }

    private String problem(String key, String what) {
        return problem(key, what, source);
    }

    static String problem(String key, String what, String source) {
        return key + " " + what + " in " + source + ". Correct it, or take another checkpoint.";
    }
}
