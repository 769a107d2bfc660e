package io.github.peft4j.internal.store;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.Iterables;
import com.google.common.primitives.Ints;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.io.checkpoint.CheckpointWriter;
import io.github.peft4j.io.checkpoint.TokenizerNames;
import io.github.peft4j.io.file.FileContent;
import io.github.peft4j.json.PythonJson;
import io.github.peft4j.model.CheckpointOrigin;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.store.SaveCheckpointOptions;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the weights of a merged model as a checkpoint of its base's kind. */
public final class MergedCheckpoint {

    private static final Logger logger = LoggerFactory.getLogger(MergedCheckpoint.class);

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
     * @param fresh weights of a head that neither the base's checkpoint nor an adapter brought
     * @throws IllegalArgumentException if the directory is the base's own or an adapter's, or a
     *     weight is too large for the type
     * @throws IOException if a file cannot be read or written
     */
    public void save(
            Path directory, Map<String, Parameter> weights, boolean tied, Collection<String> fresh)
            throws IOException {
        if (Files.exists(directory) && Files.isSameFile(directory, origin.directory())) {
            throw new IllegalArgumentException(
                    directory
                            + " is the directory of the base, whose files are in use. Choose another"
                            + " directory.");
        }
        if (Files.exists(directory.resolve(PeftConfig.FILE_NAME))) {
            throw new IllegalArgumentException(
                    "%s holds an adapter, which transformers would apply to the merged weights once more. Choose another directory, or delete %s there."
                            .formatted(directory, PeftConfig.FILE_NAME));
        }
        if (!fresh.isEmpty()) {
            logger.warn(
                    "{} are neither in {} nor in an adapter: the checkpoint holds random numbers for them, unless you have trained them in the base.",
                    fresh,
                    origin.directory());
        }
        Map<String, TensorView> tensors = new LinkedHashMap<>();
        weights.forEach((name, weight) -> tensors.put(name, view(name, weight.getArray())));
        Map<String, FileContent> files = new LinkedHashMap<>();
        Path tokenizer = options.tokenizer().orElse(origin.directory());
        for (String name : TokenizerNames.ALL) {
            copy(tokenizer.resolve(name), files);
        }
        copy(origin.directory().resolve(GENERATION_CONFIG), files);
        files.put("config.json", CheckpointWriter.text(PythonJson.write(config(tied)) + "\n"));
        CheckpointWriter.write(directory, tensors, files, options.maxShardBytes());
        deleteOld(directory, files.keySet());
    }

    /** Deletes files of an older checkpoint that readers would mistake for this one's. */
    private static void deleteOld(Path directory, Set<String> written) throws IOException {
        List<String> old = new ArrayList<>();
        for (String name : Iterables.concat(TokenizerNames.ALL, List.of(GENERATION_CONFIG))) {
            if (!written.contains(name) && Files.deleteIfExists(directory.resolve(name))) {
                old.add(name);
            }
        }
        if (!old.isEmpty()) {
            logger.warn(
                    "Deleted {} in {}: an older checkpoint had them, this one does not.",
                    old,
                    directory);
        }
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
        if (HeldNumbers.isHeld(array)) {
            return wide(name, array, type);
        }
        if (type == Dtype.F16) {
            requireFits(name, array);
        }
        return TensorView.of(array, type);
    }

    /** A weight that is widened when its turn to be written comes. */
    private static TensorView wide(String name, NDArray held, Dtype type) {
        return new TensorView() {
            @Override
            public Dtype dtype() {
                return type;
            }

            @Override
            public Shape shape() {
                return held.getShape();
            }

            @Override
            public void writeTo(WritableByteChannel out) throws IOException {
                try (Gradients off = Gradients.off();
                        NDArray numbers = HeldNumbers.float32(held)) {
                    if (type == Dtype.F16) {
                        requireFits(name, numbers);
                    }
                    TensorView.of(numbers, type).writeTo(out);
                }
            }
        };
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
            labels.forEach((id, label) -> ids.put(String.valueOf(label), number(id)));
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

    private Integer number(Object id) {
        Integer number = Ints.tryParse(String.valueOf(id));
        if (number == null) {
            throw new IllegalArgumentException(
                    "id2label in config.json of %s has the key '%s'. Its keys must be the numbers of the labels, from \"0\" on. Correct it, or name the labels with LoadOptions.optLabels."
                            .formatted(origin.directory(), id));
        }
        return number;
    }
}
