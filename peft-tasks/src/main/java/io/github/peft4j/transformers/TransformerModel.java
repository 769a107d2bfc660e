package io.github.peft4j.transformers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.engine.RunningPasses;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.CheckpointOrigin;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.model.ModuleTree;
import io.github.peft4j.model.ResizedTables;
import io.github.peft4j.nn.Module;
import io.github.peft4j.precision.Precision;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.FamilyParts;
import io.github.peft4j.transformers.family.Head;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Hugging Face checkpoint in memory: the layers of a family and the head of a task. Its modules
 * and parameters carry the checkpoint's names.
 *
 * <p>Owns its weights; close it when no adapter needs it any more. As a DJL block it takes arrays
 * under the names of {@link ModelInput}, or, without names, {@code input_ids, attention_mask} and,
 * where the embeddings have a table of segments, {@code token_type_ids}. It gives logits, or start
 * and end logits, or the last hidden state and the pooler's output.
 */
public final class TransformerModel extends Module implements BaseModel, AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(TransformerModel.class);

    private final RunningPasses passes;
    private final @Nullable NDManager manager;
    private final Path directory;
    private final PretrainedConfig config;
    private final Backbone backbone;
    private final Head head;
    private final ModelInfo info;
    private final List<LayerSite> sites;
    private final Map<String, Parameter> weights;
    private final ImmutableSet<Parameter> buffers;
    private Map<String, DataType> types = Map.of();
    private Map<String, Parameter> fresh = Map.of();
    private ResizedTables resized = ResizedTables.NONE;
    private Precision precision = Precision.FLOAT32;
    private final AtomicBoolean warned;
    private final Blueprint plan;
    private List<Integer> layerOrder = List.of();

    /**
     * Puts a backbone and a head together.
     *
     * @param manager where the weights live; closed with the model
     * @param directory of the checkpoint
     * @param prefix the backbone's module name, or an empty text if its modules stand at the top
     * @param backbone the layers, a {@link Module}
     */
    TransformerModel(
            NDManager manager,
            Path directory,
            PretrainedConfig config,
            String prefix,
            Backbone backbone,
            Head head,
            ModelInfo info,
            Blueprint plan) {
        this(
                new RunningPasses("The base model"),
                manager,
                directory,
                config,
                prefix,
                backbone,
                head,
                info,
                plan,
                new AtomicBoolean());
    }

    private TransformerModel(
            RunningPasses passes,
            @Nullable NDManager manager,
            Path directory,
            PretrainedConfig config,
            String prefix,
            Backbone backbone,
            Head head,
            ModelInfo info,
            Blueprint plan,
            AtomicBoolean warned) {
        this.passes = passes;
        this.plan = plan;
        this.warned = warned;
        this.manager = manager;
        this.directory = directory;
        this.config = config;
        this.backbone = backbone;
        this.head = head;
        this.info = info;
        Module layers = (Module) backbone;
        if (prefix.isEmpty()) {
            ModuleTree.children(layers).forEach(this::child);
        } else {
            child(prefix, layers);
        }
        head.modules().forEach(this::child);
        buffers = ImmutableSet.copyOf(head.buffers().values());
        buffers.forEach(this::addParameter);
        sites = ModuleTree.sites(this);
        weights = ModuleTree.parameters(this);
    }

    /**
     * Takes note of how the parameters stand in the checkpoint.
     *
     * @param ownHead whether the caller has asked for a head that may start fresh
     * @param held how the layers hold their weights
     */
    void loaded(WeightLoader.Filled found, boolean ownHead, Precision held) {
        precision = held;
        types = ImmutableMap.copyOf(found.types());
        resized = found.resized();
        fresh = head.modules().isEmpty() ? Map.of() : absent();
        warned.set(ownHead);
    }

    /** Calls the model without adapters and without recording a graph. */
    public ModelOutput forward(ModelInput input) {
        try (Gradients off = Gradients.off()) {
            return forward(input, AdapterPass.bare(input.manager(), false));
        }
    }

    @Override
    public ModelOutput forward(ModelInput input, AdapterPass pass) {
        BlockInputs.requireTokens(input);
        BlockInputs.requireMasks(input);
        warnOfFreshHead(pass);
        return passes.run(() -> compute(input, pass));
    }

    private ModelOutput compute(ModelInput input, AdapterPass pass) {
        Backbone.Output hidden = backbone.forward(pass, input, head.requiredPositions(input));
        Map<String, NDArray> fields = new LinkedHashMap<>(head.forward(pass, hidden, input));
        String states =
                hidden.further().containsKey(ModelOutput.ENCODER_LAST_HIDDEN_STATE)
                        ? "decoder_hidden_states."
                        : "hidden_states.";
        for (int i = 0; i < hidden.hiddenStates().size(); i++) {
            fields.put(states + i, hidden.hiddenStates().get(i));
        }
        fields.putAll(hidden.further());
        return ModelOutput.of(fields);
    }

    /** Lets the base itself train, or freezes it again: for use without adapters. */
    public void setTrainable(boolean on) {
        if (on && precision != Precision.FLOAT32) {
            throw new UnsupportedFeatureException(
                    "The weights of "
                            + directory
                            + " are held as "
                            + precision.text()
                            + ", which cannot train. Load it as float32 to train the base itself;"
                            + " adapters train on it as it is.");
        }
        for (Parameter parameter : weights.values()) {
            parameter.freeze(!on || buffers.contains(parameter));
        }
    }

    /** Where the checkpoint lies. */
    public Path directory() {
        return directory;
    }

    /** The checkpoint's configuration. */
    public PretrainedConfig config() {
        return config;
    }

    @Override
    public Map<String, Parameter> freshParameters() {
        return fresh;
    }

    @Override
    public ResizedTables resizedTables() {
        return resized;
    }

    private ImmutableMap<String, Parameter> absent() {
        return ImmutableMap.copyOf(
                Maps.filterEntries(
                        weights,
                        weight ->
                                !types.containsKey(weight.getKey())
                                        && !buffers.contains(weight.getValue())));
    }

    /** Says once that a head is random, unless an adapter brings its own. */
    private void warnOfFreshHead(AdapterPass pass) {
        if (fresh.isEmpty() || warned.get()) {
            return;
        }
        List<String> random =
                fresh.entrySet().stream()
                        .filter(parameter -> !pass.replaces(parameter.getValue()))
                        .map(Map.Entry::getKey)
                        .toList();
        if (!random.isEmpty() && !warned.getAndSet(true)) {
            logger.warn(
                    "{} tensors are not in {} and start fresh: {}. Train them before use.",
                    random.size(),
                    directory,
                    Joiner.on(", ").join(random));
        }
    }

    @Override
    public List<String> labels() {
        String name = info.className();
        return name.endsWith("ForSequenceClassification") || name.endsWith("ForTokenClassification")
                ? config.labels(2)
                : List.of();
    }

    @Override
    public Block block() {
        return this;
    }

    @Override
    public ModelInput toInput(NDList data, NDList labels) {
        ModelInput input = BlockInputs.named(data, backbone.thirdInput());
        return labels.isEmpty() ? input : input.with(ModelInput.LABELS, labels.get(0));
    }

    @Override
    public NDList toList(ModelOutput output) {
        NDList list = new NDList();
        for (String field :
                new String[] {
                    ModelOutput.LOGITS,
                    ModelOutput.START_LOGITS,
                    ModelOutput.END_LOGITS,
                    ModelOutput.LAST_HIDDEN_STATE,
                    ModelOutput.POOLER_OUTPUT
                }) {
            output.get(field).ifPresent(list::add);
        }
        return list;
    }

    @Override
    public List<LayerSite> sites() {
        return sites;
    }

    @Override
    public Map<String, Parameter> parameters() {
        return weights;
    }

    @Override
    public TransformerModel withLayers(List<Integer> order) {
        return Replica.of(this, order);
    }

    /** A deeper model of this one's layers, whose parameters have no arrays yet. */
    TransformerModel deeper(PretrainedConfig other) throws IOException {
        FamilyParts parts = plan.parts(directory, other);
        String path = parts.bare() ? "" : parts.prefix();
        ModelInfo facts = Transformers.info(directory, other, parts, path);
        return new TransformerModel(
                passes,
                null,
                directory,
                other,
                path,
                parts.backbone(),
                parts.head(),
                facts,
                plan,
                warned);
    }

    /** Takes note of whose layers these are, and of how their parameters stand in the file. */
    void shares(
            TransformerModel base,
            List<Integer> order,
            Map<String, DataType> knownTypes,
            Map<String, Parameter> random,
            Collection<Parameter> open) {
        layerOrder = List.copyOf(order);
        precision = base.precision;
        types = ImmutableMap.copyOf(knownTypes);
        fresh = ImmutableMap.copyOf(random);
        resized = base.resized.any() ? base.resized.of(open) : ResizedTables.NONE;
    }

    /** Types that the parameters have in the checkpoint, by name. */
    Map<String, DataType> types() {
        return types;
    }

    @Override
    public List<Integer> layerOrder() {
        return layerOrder;
    }

    @Override
    public Set<Parameter> buffers() {
        return buffers;
    }

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    @Override
    public Optional<CheckpointOrigin> origin() {
        return Optional.of(new CheckpointOrigin(directory, config.toMap(), types));
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        ModelInput input = toInput(inputs, new NDList());
        return toList(forward(input, AdapterPass.over(store, input.manager(), training)));
    }

    @Override
    public void close() {
        NDManager own = manager;
        if (own != null) { // a model of another's layers owns nothing
            passes.close(own::close);
        }
    }
}
