package io.github.peft4j.testkit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.io.SafetensorsReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What Python computed: files under peft-core/src/test/resources/golden. A missing file fails. */
public final class Golden {

    private Golden() {}

    /** A file or directory below golden/, e.g. {@code models/bert-base}. */
    public static Path path(String name) {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null) {
            Path root = folder.resolve("peft-core/src/test/resources/golden");
            if (Files.isDirectory(root)) {
                Path path = root.resolve(name);
                if (!Files.exists(path)) {
                    throw new IllegalStateException("No golden file " + path);
                }
                return path;
            }
            folder = folder.getParent();
        }
        throw new IllegalStateException("No golden files above " + Path.of("").toAbsolutePath());
    }

    /** All tensors of a safetensors file below golden/ whose names start so, without the start. */
    public static Map<String, NDArray> tensors(NDManager manager, String file, String start) {
        try (SafetensorsReader reader = SafetensorsReader.open(path(file))) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (String name : reader.names()) {
                if (name.startsWith(start)) {
                    tensors.put(name.substring(start.length()), reader.load(manager, name));
                }
            }
            return tensors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A JSON file below golden/. */
    public static JsonObject json(String file) {
        try {
            return JsonParser.parseString(Files.readString(path(file))).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
