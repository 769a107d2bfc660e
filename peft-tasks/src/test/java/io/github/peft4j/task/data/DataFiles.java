package io.github.peft4j.task.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** The small files in {@code data} and what transformers made of them. */
public final class DataFiles {

    private DataFiles() {}

    /** A file of the folder. */
    public static Path path(String name) {
        URL file = DataFiles.class.getResource("/data/" + name);
        if (file == null) {
            throw new AssertionError("data/" + name + " is not on the class path.");
        }
        try {
            return Path.of(file.toURI());
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** What Python made, by the name of the task. */
    public static JsonElement expected(String task) throws IOException {
        return JsonParser.parseString(Files.readString(path("expected.json")))
                .getAsJsonObject()
                .get(task);
    }

    /** The numbers of a JSON list. */
    public static long[] longs(JsonElement list) {
        JsonArray array = list.getAsJsonArray();
        return array.asList().stream().mapToLong(JsonElement::getAsLong).toArray();
    }

    /** The whole numbers of a column of a batch. */
    public static long[] column(TokenBatch batch, String name) {
        HostArray column = Objects.requireNonNull(batch.columns().get(name), name);
        return ((HostArray.Int64) column).values();
    }

    /** The numbers of a column of the batch of one example. */
    public static long[] column(BatchSource source, int example, String name) {
        return column(source.batch(example), name);
    }
}
