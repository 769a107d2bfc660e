package io.github.peft4j.cli.conformance.compare;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.json.JsonReasons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** The tensors that Python computed for a case, and the texts beside them. */
public final class ExpectedFile {

    private static final Pattern WRAPPED = Pattern.compile("\\.modules_to_save\\.[^.]+\\.");

    private final ImmutableMap<String, NDArray> tensors;
    private final Map<String, String> metadata;

    private ExpectedFile(ImmutableMap<String, NDArray> tensors, Map<String, String> metadata) {
        this.tensors = tensors;
        this.metadata = metadata;
    }

    /** Reads the whole file into a manager. */
    public static ExpectedFile read(NDManager manager, Path file) throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            ImmutableMap.Builder<String, NDArray> tensors = ImmutableMap.builder();
            for (String name : reader.names()) {
                tensors.put(name, reader.load(manager, name));
            }
            return new ExpectedFile(tensors.buildOrThrow(), reader.metadata());
        }
    }

    /** A JSON object from a file. */
    public static JsonObject json(Path file) throws IOException {
        if (read(file) instanceof JsonObject object) {
            return object;
        }
        throw new IOException(file + " holds no JSON object. Get the golden files again.");
    }

    /** Any JSON of a file. */
    public static JsonElement read(Path file) throws IOException {
        try {
            return JsonParser.parseString(Files.readString(file));
        } catch (JsonParseException bad) {
            throw new IOException(
                    "%s is no JSON: %s. Get the golden files again."
                            .formatted(file, JsonReasons.of(bad)),
                    bad);
        }
    }

    /** The texts of a JSON list; a single text is a list of one. */
    public static ImmutableList<String> strings(JsonElement oneOrMany) {
        if (!oneOrMany.isJsonArray()) {
            return ImmutableList.of(oneOrMany.getAsString());
        }
        JsonArray many = oneOrMany.getAsJsonArray();
        return many.asList().stream()
                .map(JsonElement::getAsString)
                .collect(ImmutableList.toImmutableList());
    }

    public ImmutableMap<String, NDArray> tensors() {
        return tensors;
    }

    /**
     * The key that a trained tensor has here. A tensor that Python's file holds several times
     * stands in a case under the first of its keys in order, which for a module that is saved whole
     * may be one that only {@code bias = "all"} adds.
     */
    public static String trainedKey(String python) {
        return WRAPPED.matcher(python).replaceFirst(".");
    }

    /** The case's description inside the file. */
    public JsonObject description() {
        return JsonParser.parseString(metadata.getOrDefault("case", "{}")).getAsJsonObject();
    }

    /** Tensors whose names start so, without the start. */
    public Map<String, NDArray> startingWith(String start) {
        Map<String, NDArray> found = new LinkedHashMap<>();
        tensors.forEach(
                (name, array) -> {
                    if (name.startsWith(start)) {
                        found.put(name.substring(start.length()), array);
                    }
                });
        return found;
    }
}
