package io.github.peft4j.internal.store;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.io.checkpoint.CheckpointWriter;
import io.github.peft4j.io.file.FileContent;
import io.github.peft4j.json.PythonJson;
import io.github.peft4j.model.CheckpointOrigin;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.store.SaveCheckpointOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes the weights of a merged model as a checkpoint of its base's kind. */
public final class MergedCheckpoint {

    private static final List<String> TOKENIZER_FILES =
            List.of(
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "special_tokens_map.json",
                    "added_tokens.json",
                    "vocab.txt",
                    "vocab.json",
                    "merges.txt",
                    "spiece.model",
                    "spm.model",
                    "tokenizer.model",
                    "sentencepiece.bpe.model",
                    "chat_template.jinja",
                    "chat_template.json");

    private static final String GENERATION_CONFIG = "generation_config.json";
    private static final double LARGEST_F16 = 65504;

    private final ModelInfo info;
    private final CheckpointOrigin origin;
    private final SaveCheckpointOptions options;

    /**
     * A checkpoint like that of the base.
     *
     * @throws IllegalStateException if the base is not of a checkpoint
     */
    public MergedCheckpoint(
            ModelInfo info, Optional<CheckpointOrigin> origin, SaveCheckpointOptions options) {
        this.info = info;
        this.options = options;
        this.origin =
                origin.orElseThrow(
                        () ->
                                new IllegalStateException(
                                        info.className()
                                                + " was not loaded from a checkpoint, so that there"
                                                + " is no config.json to write. Write parameters()"
                                                + " with SafetensorsWriter."));
    }

    /**
     * Writes config.json, the weights, and the files of tokenizer and generation.
     *
     * @param tied whether layers that share a weight in the base still do
     * @throws IllegalArgumentException if the directory is the base's own, or a weight is too large
     *     for the type
     * @throws IOException if a file cannot be read or written
     */
    public void save(Path directory, Map<String, Parameter> weights, boolean tied)
            throws IOException {
        if (Files.exists(directory) && Files.isSameFile(directory, origin.directory())) {
            throw new IllegalArgumentException(
                    directory
                            + " is the directory of the base, whose files are in use. Choose another"
                            + " directory.");
        }
        Map<String, TensorView> tensors = new LinkedHashMap<>();
        weights.forEach((name, weight) -> tensors.put(name, view(name, weight.getArray())));
        Map<String, FileContent> files = new LinkedHashMap<>();
        Path tokenizer = options.tokenizer().orElse(origin.directory());
        for (String name : TOKENIZER_FILES) {
            copy(tokenizer.resolve(name), files);
        }
        copy(origin.directory().resolve(GENERATION_CONFIG), files);
        files.put("config.json", CheckpointWriter.text(PythonJson.write(config(tied)) + "\n"));
        CheckpointWriter.write(directory, tensors, files, options.maxShardBytes());
    }

    private static void copy(Path file, Map<String, FileContent> files) throws IOException {
        if (Files.isRegularFile(file)) {
            byte[] bytes = Files.readAllBytes(file);
            files.put(file.getFileName().toString(), CheckpointWriter.bytes(bytes));
        }
    }

    private TensorView view(String name, NDArray array) {
        // A fresh head has no type in the file: it gets that of the others.
        Dtype type =
                switch (options.dtype().orElse(origin.types().getOrDefault(name, usual()))) {
                    case FLOAT16 -> Dtype.F16;
                    case BFLOAT16 -> Dtype.BF16;
                    default -> Dtype.F32;
                };
        if (type == Dtype.F16) {
            requireFits(name, array);
        }
        return TensorView.of(array, type);
    }

    private DataType usual() {
        return origin.types().values().stream().findFirst().orElse(DataType.FLOAT32);
    }

    private static void requireFits(String name, NDArray array) {
        try (NDArray size = array.abs();
                NDArray largest = size.max()) {
            if (largest.getFloat() > LARGEST_F16) {
                throw new IllegalArgumentException(
                        "%s reaches %s, more than FLOAT16 can hold (65504). Save as BFLOAT16 or FLOAT32."
                                .formatted(name, largest.getFloat()));
            }
        }
    }

    private Map<String, @Nullable Object> config(boolean tied) {
        Map<String, @Nullable Object> config = new LinkedHashMap<>(origin.config());
        config.put("architectures", List.of(info.className()));
        if (!tied) {
            config.put("tie_word_embeddings", false);
        }
        if (config.get("id2label") instanceof Map<?, ?> labels) {
            Map<String, Object> ids = new LinkedHashMap<>();
            labels.forEach(
                    (id, label) -> ids.put(String.valueOf(label), Integer.valueOf((String) id)));
            config.put("label2id", ids);
            config.remove("num_labels");
        }
        options.dtype()
                .ifPresent(
                        type -> {
                            config.remove("torch_dtype");
                            config.put("dtype", type.name().toLowerCase(Locale.ROOT));
                        });
        return config;
    }
}
