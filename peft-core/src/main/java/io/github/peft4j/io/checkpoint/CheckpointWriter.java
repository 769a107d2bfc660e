package io.github.peft4j.io.checkpoint;

import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.io.file.FileContent;
import io.github.peft4j.json.PythonJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes the tensors of a checkpoint as Hugging Face names them: {@code model.safetensors}, or
 * {@code model-00001-of-0000N.safetensors} with an index where one file would be too large.
 */
public final class CheckpointWriter {

    private static final String SHARDS = "model-?????-of-?????.safetensors";

    private static final Map<String, String> METADATA = Map.of("format", "pt");

    private CheckpointWriter() {}

    /**
     * Writes a checkpoint; it takes the place of an older one in one step, whose shards go with it.
     *
     * @param files what else belongs to the checkpoint, by name
     * @param shardBytes the size of a file's tensors; a larger tensor gets a file of its own
     * @throws IOException if that fails; the text names the file
     */
    public static void write(
            Path directory,
            Map<String, TensorView> tensors,
            Map<String, ? extends FileContent> files,
            long shardBytes)
            throws IOException {
        List<Map<String, TensorView>> shards = shards(tensors, shardBytes);
        Map<String, FileContent> all = new LinkedHashMap<>();
        if (shards.size() == 1) {
            all.put(Checkpoint.MODEL, SafetensorsWriter.content(tensors, METADATA));
        } else {
            Map<String, Object> owners = new LinkedHashMap<>();
            for (int i = 0; i < shards.size(); i++) {
                String name =
                        String.format(
                                Locale.ROOT,
                                "model-%05d-of-%05d.safetensors",
                                i + 1,
                                shards.size());
                shards.get(i).keySet().forEach(tensor -> owners.put(tensor, name));
                all.put(name, SafetensorsWriter.content(shards.get(i), METADATA));
            }
            all.put(ShardIndex.FILE_NAME, index(tensors, owners));
        }
        List<String> stale = stale(directory, all);
        all.putAll(files);
        AtomicFiles.write(directory, all, stale);
    }

    private static List<Map<String, TensorView>> shards(
            Map<String, TensorView> tensors, long shardBytes) {
        List<Map<String, TensorView>> shards = new ArrayList<>();
        Map<String, TensorView> shard = new LinkedHashMap<>();
        long size = 0;
        for (Map.Entry<String, TensorView> tensor : tensors.entrySet()) {
            long bytes = bytes(tensor.getValue());
            if (!shard.isEmpty() && size + bytes > shardBytes) {
                shards.add(shard);
                shard = new LinkedHashMap<>();
                size = 0;
            }
            shard.put(tensor.getKey(), tensor.getValue());
            size += bytes;
        }
        shards.add(shard);
        return shards;
    }

    private static long bytes(TensorView tensor) {
        return tensor.dtype().bytes(tensor.shape());
    }

    private static FileContent index(Map<String, TensorView> tensors, Map<String, Object> owners) {
        long size = tensors.values().stream().mapToLong(CheckpointWriter::bytes).sum();
        return text(
                PythonJson.write(
                                Map.of(
                                        "metadata",
                                        Map.of("total_size", size),
                                        "weight_map",
                                        owners))
                        + "\n");
    }

    /** A file of text, in UTF-8. */
    public static FileContent text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A file of these bytes. */
    public static FileContent bytes(byte[] content) {
        return out -> {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        };
    }

    /** Weights that an older checkpoint left and that readers would mistake for the new one's. */
    private static List<String> stale(Path directory, Map<String, ?> written) throws IOException {
        List<String> stale = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            String files = "{" + Checkpoint.MODEL + "," + ShardIndex.FILE_NAME + "," + SHARDS + "}";
            try (DirectoryStream<Path> old = Files.newDirectoryStream(directory, files)) {
                for (Path file : old) {
                    String name = file.getFileName().toString();
                    if (!written.containsKey(name)) {
                        stale.add(name);
                    }
                }
            }
        }
        return stale;
    }
}
