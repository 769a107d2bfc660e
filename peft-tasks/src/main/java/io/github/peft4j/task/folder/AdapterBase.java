package io.github.peft4j.task.folder;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.CommonOptions;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.hub.HubOptions;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What an adapter's folder asks of its base: the task, the labels, the number of tokens. They are
 * those of the passport, or else follow from PEFT's files.
 */
public final class AdapterBase {

    private static final String MODULE = "base_model\\.model\\.(.+\\.)?";
    private static final Pattern HEAD =
            Pattern.compile(MODULE + "(classifier|score)(\\.out_proj)?\\.weight");
    private static final Pattern TOKENS =
            Pattern.compile(
                    MODULE
                            + "(embed_tokens|word_embeddings|wte|embed_in|shared|lm_head)"
                            + "(\\.base_layer)?\\.weight");

    private final Path adapter;
    private final PeftConfig config;
    private final AdapterPassport passport;

    private AdapterBase(Path adapter, PeftConfig config, AdapterPassport passport) {
        this.adapter = adapter;
        this.config = config;
        this.passport = passport;
    }

    /**
     * Reads adapter_config.json, and the passport if there is one.
     *
     * @throws IOException if one of them cannot be read
     */
    public static AdapterBase of(Path adapter) throws IOException {
        return new AdapterBase(
                adapter,
                PeftConfig.fromPretrained(adapter),
                AdapterPassport.read(adapter).orElse(AdapterPassport.EMPTY));
    }

    /** What the folder says of itself; empty for Python's. */
    public AdapterPassport passport() {
        return passport;
    }

    /** The task: of the config, or of the class that the adapter was made for. */
    public Optional<TaskType> taskType() {
        return config.taskType().or(passport::taskType).or(this::mapped);
    }

    private Optional<TaskType> mapped() {
        Object mapping = config.find(CommonOptions.AUTO_MAPPING).orElse(null);
        Object name = mapping instanceof Map<?, ?> map ? map.get("base_model_class") : null;
        String text = String.valueOf(name);
        for (Map.Entry<String, TaskType> end :
                Map.of(
                                "ForSequenceClassification", TaskType.SEQ_CLS,
                                "ForTokenClassification", TaskType.TOKEN_CLS,
                                "ForQuestionAnswering", TaskType.QUESTION_ANS,
                                "ForCausalLM", TaskType.CAUSAL_LM,
                                "LMHeadModel", TaskType.CAUSAL_LM,
                                "ForConditionalGeneration", TaskType.SEQ_2_SEQ_LM)
                        .entrySet()) {
            if (text.endsWith(end.getKey())) {
                return Optional.of(end.getValue());
            }
        }
        return text.endsWith("Model") ? Optional.of(TaskType.FEATURE_EXTRACTION) : Optional.empty();
    }

    /**
     * Loads the base with the head that the adapter needs.
     *
     * @param options what the caller asks for; labels that contradict the adapter's are refused
     *     when the adapter is loaded
     * @throws IOException if a file is missing, broken, or does not fit
     */
    public TransformerModel load(Path checkpoint, TaskType task, LoadOptions options)
            throws IOException {
        return Transformers.load(checkpoint, task, completed(checkpoint, task, options));
    }

    private LoadOptions completed(Path checkpoint, TaskType task, LoadOptions options)
            throws IOException {
        LoadOptions.Builder builder = LoadOptions.builder().optHeadFromAdapter(true);
        // several labels or one of them: the numbers of the head mean something else
        passport.problemType().ifPresent(builder::optProblemType);
        options.configOverrides().forEach(builder::addConfigOverride);
        try (Checkpoint file = Checkpoint.openAdapter(adapter)) {
            if (task == TaskType.SEQ_CLS || task == TaskType.TOKEN_CLS) {
                builder.optLabels(
                        options.labels().isEmpty() ? labels(checkpoint, file) : options.labels());
            } else {
                builder.optLabels(options.labels());
            }
            long tokens = rows(file, TOKENS);
            PretrainedConfig read = PretrainedConfig.read(checkpoint);
            if (options.vocabSize() > 0) {
                builder.optVocabSize(options.vocabSize());
            } else if (tokens > 0 && tokens != read.integer("vocab_size", (int) tokens)) {
                builder.optVocabSize((int) tokens);
            }
        }
        return builder.build();
    }

    private List<String> labels(Path checkpoint, Checkpoint file) throws IOException {
        if (!passport.labels().isEmpty()) {
            return passport.labels();
        }
        int outputs = (int) rows(file, HEAD);
        return outputs < 0 || outputs == PretrainedConfig.read(checkpoint).numLabels(2)
                ? ImmutableList.of()
                : IntStream.range(0, outputs).mapToObj(i -> "LABEL_" + i).toList();
    }

    /** The rows of a tensor of this name, or -1. */
    private static long rows(Checkpoint file, Pattern name) {
        for (String key : file.names()) {
            Shape shape = file.shape(key);
            if (name.matcher(key).matches() && shape.dimension() == 2) {
                return shape.get(0);
            }
        }
        return -1;
    }

    /**
     * The checkpoint that the folder names: a directory here, else a model of the hub, which is
     * downloaded as far as the cache lacks it, in the {@code revision} that the folder names.
     *
     * @throws IOException if it is neither; the text says what to do
     */
    public Path checkpoint(HubOptions hub) throws IOException {
        String name =
                config.baseModelNameOrPath()
                        .or(passport::baseNameOrPath)
                        .orElseThrow(
                                () ->
                                        new IOException(
                                                "%s does not name its base. Pass the base's directory."
                                                        .formatted(adapter)));
        Object revision = config.find(CommonOptions.REVISION).orElse(null);
        return CheckpointNames.directory(
                adapter,
                name,
                hub.withRevision(
                        revision instanceof String text && !text.isBlank() ? text : "main"));
    }
}
