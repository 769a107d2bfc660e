package io.github.peft4j.transformers;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.hub.Hub;
import io.github.peft4j.hub.HubName;
import io.github.peft4j.hub.HubOptions;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.io.file.StableFolder;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.nn.FrozenForms;
import io.github.peft4j.precision.Precision;
import io.github.peft4j.transformers.checkpoint.CheckpointKeys;
import io.github.peft4j.transformers.checkpoint.ConfigSizes;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.family.Family;
import io.github.peft4j.transformers.family.FamilyParts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads Hugging Face checkpoints: directories with config.json and model.safetensors (or shards
 * with an index), or names of the hub. Family and head follow from {@code model_type} and the task.
 */
public final class Transformers {

    /** The files of a checkpoint that belong together. */
    private static final String FILES = "{config.json,*.safetensors,*.safetensors.index.json}";

    private static final Logger logger = LoggerFactory.getLogger(Transformers.class);

    private Transformers() {}

    /** The layers alone, as transformers' {@code AutoModel}. */
    public static TransformerModel load(Path directory) throws IOException {
        return load(directory, AutoClass.MODEL, LoadOptions.DEFAULT);
    }

    /**
     * The layers with the head of a task, of a directory here or of a model on the hub, which is
     * downloaded as far as the cache lacks it.
     *
     * @param nameOrDirectory a directory, else {@code org/name}
     * @param task null or FEATURE_EXTRACTION for the layers alone
     * @throws IOException if there is neither, or a file is broken, or does not fit the config
     */
    public static TransformerModel load(String nameOrDirectory, @Nullable TaskType task)
            throws IOException {
        return load(nameOrDirectory, task, LoadOptions.DEFAULT, HubOptions.fromEnvironment());
    }

    /**
     * As {@link #load(String, TaskType)}.
     *
     * @param options how the checkpoint is read
     * @param hub which hub, cache and revision
     */
    public static TransformerModel load(
            String nameOrDirectory, @Nullable TaskType task, LoadOptions options, HubOptions hub)
            throws IOException {
        return load(Hub.directory(nameOrDirectory, hub), task, options);
    }

    /** The layers with the head of a task; null for the layers alone. */
    public static TransformerModel load(Path directory, @Nullable TaskType task)
            throws IOException {
        return load(directory, task, LoadOptions.DEFAULT);
    }

    /**
     * The layers with the head of a task.
     *
     * @param directory config.json and *.safetensors
     * @param task null or FEATURE_EXTRACTION for the layers alone
     * @throws IOException if a file is missing, broken, or does not fit the config
     * @throws UnsupportedFeatureException if this version lacks the family or its head
     */
    public static TransformerModel load(
            Path directory, @Nullable TaskType task, LoadOptions options) throws IOException {
        return load(directory, AutoClass.of(task), options);
    }

    /**
     * The layers with a head that transformers has an Auto class for.
     *
     * @param directory config.json and *.safetensors
     * @throws IOException if a file is missing, broken, or does not fit the config
     * @throws UnsupportedFeatureException if this version lacks the family, or transformers the
     *     head
     */
    public static TransformerModel load(Path directory, AutoClass head, LoadOptions options)
            throws IOException {
        return StableFolder.read(directory, FILES, () -> loadOnce(directory, head, options));
    }

    private static TransformerModel loadOnce(Path directory, AutoClass head, LoadOptions options)
            throws IOException {
        PretrainedConfig read = options.apply(PretrainedConfig.read(directory));
        refuseQuantized(directory, read);
        Family family = Families.require(read.modelType());
        PretrainedConfig completed = family.completed(read);
        // Start and end have an output each, whatever labels another head of the checkpoint has.
        PretrainedConfig config =
                head == AutoClass.QUESTION_ANSWERING ? completed.withoutLabels() : completed;
        if (!family.heads().contains(head)) {
            throw new UnsupportedFeatureException(
                    "Models of type "
                            + config.modelType()
                            + " cannot be loaded as "
                            + head.className()
                            + ". Available for them: "
                            + family.heads().stream()
                                    .map(AutoClass::className)
                                    .collect(Collectors.joining(", "))
                            + ".");
        }
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            ConfigSizes.check(config, checkpoint);
            FamilyParts parts = parts(directory, family, config, head, checkpoint);
            WeightLoader.Wishes wishes =
                    new WeightLoader.Wishes(
                            options.asksForHead(),
                            labels(config, head),
                            options.vocabSize(),
                            options.headFromAdapter());
            Blueprint plan = new Blueprint(family, head);
            return build(directory, config, checkpoint, parts, wishes, options.precision(), plan);
        }
    }

    /** The parts of a family, whose rules do not know the file that breaks them. */
    private static FamilyParts parts(
            Path directory,
            Family family,
            PretrainedConfig config,
            AutoClass head,
            Checkpoint checkpoint) {
        try {
            return family.create(config, head, new CheckpointKeys(checkpoint));
        } catch (IllegalArgumentException e) {
            Path file = directory.resolve(PretrainedConfig.FILE);
            String text = JsonReasons.message(e);
            throw text.contains(PretrainedConfig.FILE)
                    ? e
                    : new IllegalArgumentException(file + ": " + text, e);
        }
    }

    /** Values of {@code model_type} that can be loaded, sorted. */
    public static Set<String> modelTypes() {
        return Families.modelTypes();
    }

    /** Quantised weights have other names and shapes, or numbers that mean something else. */
    private static void refuseQuantized(Path directory, PretrainedConfig config) {
        for (String key : new String[] {"quantization_config", "compression_config"}) {
            if (config.has(key) && !config.section(key).isEmpty()) {
                String method =
                        config.section(key).string("quant_method").orElse("without quant_method");
                throw new UnsupportedFeatureException(
                        directory
                                + " is quantised: "
                                + key
                                + " of config.json says quant_method '"
                                + JsonReasons.shown(method)
                                + "', and quantised weights cannot be read. Take the checkpoint that"
                                + " was quantised, whose name is usually the same without the"
                                + " suffix (-bnb-4bit, -GPTQ, -AWQ, -FP8, ...); adapters of this"
                                + " one fit it.");
            }
        }
    }

    /** How many labels the head has; 0 for a head that has none. */
    private static int labels(PretrainedConfig config, AutoClass head) {
        if (head != AutoClass.SEQUENCE_CLASSIFICATION && head != AutoClass.TOKEN_CLASSIFICATION) {
            return 0;
        }
        List<String> names = config.labels(2); // refuses keys that are no numbers
        int count = names.size();
        if (config.labelsDisagree()) {
            logger.warn(
                    "num_labels of config.json is {}, but id2label names another number of labels."
                            + " The head has {}, called {}.",
                    count,
                    count,
                    JsonReasons.shown(names));
        }
        return count;
    }

    private static TransformerModel build(
            Path directory,
            PretrainedConfig config,
            Checkpoint checkpoint,
            FamilyParts parts,
            WeightLoader.Wishes wishes,
            Precision precision,
            Blueprint plan)
            throws IOException {
        NDManager manager = Engines.newManager();
        manager.setName("transformer " + directory.getFileName());
        try {
            String path = parts.bare() ? "" : parts.prefix();
            ModelInfo info = info(directory, config, parts, path);
            TransformerModel model =
                    new TransformerModel(
                            manager,
                            directory,
                            config,
                            path,
                            parts.backbone(),
                            parts.head(),
                            info,
                            plan);
            WeightLoader weights = new WeightLoader(checkpoint, manager, parts);
            FrozenForms forms = new FrozenForms(manager, model.sites());
            Set<Parameter> held = precision == Precision.FLOAT32 ? Set.of() : forms.weights();
            WeightLoader.Filled filled = weights.fill(model.parameters(), wishes, held);
            model.loaded(filled, wishes.ownHead(), forms.set(precision, weights::read));
            return model;
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    static ModelInfo info(Path directory, PretrainedConfig config, FamilyParts parts, String path) {
        String above = path.isEmpty() ? "" : path + ".";
        return new ModelInfo(
                parts.className(),
                parts.library(),
                HubName.ofSnapshot(directory).map(HubName::text).orElse(directory.toString()),
                config.modelType(),
                parts.outputEmbedding(),
                above + parts.inputEmbedding(),
                config.values());
    }
}
