package io.github.peft4j.io.checkpoint;

import com.google.common.collect.ImmutableMap;
import com.google.gson.stream.MalformedJsonException;
import io.github.peft4j.exception.MalformedTensorFileException;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.io.file.Utf8;
import io.github.peft4j.json.JsonFile;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.json.StrictJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which shard holds which tensor: {@code model.safetensors.index.json}.
 *
 * @param file the index itself, for messages
 * @param shards paths by tensor name, in the index's order
 */
public record ShardIndex(Path file, Map<String, Path> shards) {

    /** Copies the collections. */
    public ShardIndex {
        shards = ImmutableMap.copyOf(shards);
    }

    static final String FILE_NAME = "model.safetensors.index.json";

    /**
     * Reads an index.
     *
     * @throws MalformedTensorFileException if it is no JSON, has no {@code weight_map} or names a
     *     file outside its directory
     */
    public static ShardIndex read(Path file) throws IOException {
        byte[] bytes = JsonFile.bytes(file);
        Map<String, Path> shards = new LinkedHashMap<>();
        boolean[] found = {false};
        try {
            StrictJson in = new StrictJson(Utf8.decode(ByteBuffer.wrap(bytes)));
            in.object(
                    key -> {
                        if (key.equals("weight_map")) {
                            found[0] = true;
                            in.object(name -> shards.put(name, inside(file, name, in.string())));
                        } else {
                            in.skip();
                        }
                    });
            in.end();
        } catch (MalformedTensorFileException e) {
            throw e;
        } catch (IOException e) {
            throw new MalformedTensorFileException(
                    file,
                    "it is no valid index: "
                            + JsonReasons.of(e)
                            + ". Download the checkpoint again.",
                    e);
        }
        if (!found[0]) {
            throw new MalformedTensorFileException(
                    file,
                    "it has no weight_map, which says where each tensor is. Download the checkpoint again.");
        }
        if (shards.isEmpty()) {
            throw new MalformedTensorFileException(
                    file,
                    "weight_map is {}; it must name a tensor at least. Download the checkpoint again.");
        }
        return new ShardIndex(file, ImmutableMap.copyOf(shards));
    }

    private static Path inside(Path file, String name, String shard) throws IOException {
        Path directory = file.toAbsolutePath().normalize().getParent();
        Path path;
        try {
            path = file.resolveSibling(shard).normalize();
        } catch (InvalidPathException e) {
            throw new MalformedJsonException(
                    MalformedTensorFileException.quote(shard) + " is no file name", e);
        }
        Path absolute = path.toAbsolutePath().normalize();
        if (directory == null || absolute.equals(directory) || !absolute.startsWith(directory)) {
            throw new MalformedTensorFileException(
                    file,
                    "weight_map puts "
                            + MalformedTensorFileException.quote(name)
                            + " into "
                            + MalformedTensorFileException.quote(shard)
                            + ", which is outside the checkpoint's directory. Do not trust this"
                            + " checkpoint.");
        }
        return path;
    }

    /** Opens a shard, or says which tensor asked for the missing one. */
    public SafetensorsReader open(Path shard, String name) throws IOException {
        if (!Files.exists(shard)) {
            throw new MalformedTensorFileException(
                    file,
                    "weight_map puts "
                            + MalformedTensorFileException.quote(name)
                            + " into "
                            + MalformedTensorFileException.quote(
                                    String.valueOf(shard.getFileName()))
                            + ", but there is no such file. Download the missing shard.");
        }
        return SafetensorsReader.open(shard);
    }

    /** Checks that a shard holds what the index says. */
    public void requireHolds(SafetensorsReader shard, String name) throws IOException {
        if (!shard.contains(name)) {
            throw new MalformedTensorFileException(
                    file,
                    "weight_map puts "
                            + MalformedTensorFileException.quote(name)
                            + " into "
                            + shard.file().getFileName()
                            + ", but that shard does not hold it. Index and shards are of"
                            + " different saves: download the checkpoint again.");
        }
    }
}
