package io.github.peft4j;

import ai.djl.Model;
import ai.djl.nn.Block;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.BlockModel;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.internal.create.ConfigCompletion;
import io.github.peft4j.internal.report.Planning;
import io.github.peft4j.internal.store.ReadAdapter;
import io.github.peft4j.internal.store.StoredAdapter;
import io.github.peft4j.io.file.StableFolder;
import io.github.peft4j.report.AdapterPlan;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.tuner.Tuner;
import io.github.peft4j.tuner.Tuners;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/** Wraps base models with adapters: PEFT's {@code get_peft_model} and {@code from_pretrained}. */
public final class PeftModels {

    private PeftModels() {}

    /**
     * Wraps a base with a fresh adapter called {@code default}.
     *
     * @param base a model of {@code Transformers.load}, or any initialized DJL block
     * @return the config's task class where peft-tasks is on the class path, else a plain {@link
     *     PeftModel}
     * @throws IllegalArgumentException if the config does not fit the base
     * @throws UnsupportedFeatureException if this version lacks something the config asks for
     */
    public static PeftModel getPeftModel(Block base, PeftConfig config) {
        return getPeftModel(base, config, PeftModel.DEFAULT_ADAPTER);
    }

    /** Wraps a base with a fresh adapter of this name. */
    public static PeftModel getPeftModel(Block base, PeftConfig config, String adapterName) {
        return first(base, config, adapterName, false);
    }

    /**
     * Wraps a base with a fresh adapter called {@code default}, to which adapters of other methods
     * may be added: PEFT's {@code get_peft_model(base, config, mixed=True)}.
     *
     * @return the config's task class where peft-tasks is on the class path, else a {@link
     *     PeftMixedModel}, which says how methods lie around each other; both take several methods
     * @throws IllegalArgumentException if the config does not fit the base, or its method changes
     *     more than layers
     */
    public static PeftModel getMixedModel(Block base, PeftConfig config) {
        return getMixedModel(base, config, PeftModel.DEFAULT_ADAPTER);
    }

    /** The same with a fresh adapter of this name. */
    public static PeftModel getMixedModel(Block base, PeftConfig config, String adapterName) {
        return first(base, config, adapterName, true);
    }

    /**
     * Wraps a base without an adapter: adapters come later, by {@link PeftModel#loadAdapter} or
     * {@link PeftModel#addAdapter}, or each request brings its own. Until then it computes what the
     * base computes.
     *
     * @return the class of this task where peft-tasks is on the class path, else a plain {@link
     *     PeftModel}
     */
    public static PeftModel withoutAdapters(Block base, TaskType task) {
        BaseModel model = baseOf(base);
        return taskModel(model, task).orElseGet(() -> new PeftModel(model));
    }

    private static PeftModel first(
            Block base, PeftConfig config, String adapterName, boolean mixed) {
        BaseModel model = baseOf(base);
        PeftConfig named = ConfigCompletion.named(config, model.info());
        PeftModel wrapped = wrap(model, named, mixed);
        try {
            wrapped.addAdapter(adapterName, named);
            wrapped.setAdapter(adapterName);
            return wrapped;
        } catch (RuntimeException e) {
            wrapped.close();
            throw e;
        }
    }

    private static PeftModel wrap(BaseModel given, PeftConfig config, boolean mixed) {
        PeftModel model = wrapper(given, config, mixed);
        if (mixed) {
            model.registry().allowMixed();
        }
        return model;
    }

    private static PeftModel wrapper(BaseModel given, PeftConfig config, boolean mixed) {
        BaseModel base = baseFor(Tuners.require(config.peftType()), given, config);
        return config.taskType()
                .flatMap(task -> taskModel(base, task))
                .orElseGet(() -> mixed ? new PeftMixedModel(base) : new PeftModel(base));
    }

    private static Optional<PeftModel> taskModel(BaseModel base, TaskType task) {
        for (TaskModelProvider provider : ServiceLoader.load(TaskModelProvider.class)) {
            if (provider.taskTypes().contains(task)) {
                return Optional.of(provider.wrap(task, base));
            }
        }
        return Optional.empty();
    }

    private static <C extends PeftConfig> BaseModel baseFor(
            Tuner<C> tuner, BaseModel base, PeftConfig config) {
        return tuner.baseFor(base, tuner.configType().configClass().cast(config));
    }

    /**
     * Wraps the block of a DJL model with a fresh adapter called {@code default}. The DJL model
     * must stay open.
     */
    public static PeftModel getPeftModel(Model base, PeftConfig config) {
        return getPeftModel(base.getBlock(), config);
    }

    /**
     * What a config would make of a base: which layers it reaches, how many numbers train, and how
     * large the adapter's file is. The base stays as it is, and nothing stays in memory. A config
     * out of a file, which is frozen, counts as one that trains.
     *
     * @throws IllegalArgumentException if the config does not fit the base; where nothing matches,
     *     the text names the nearest layers
     * @throws UnsupportedFeatureException if this version lacks something the config asks for
     */
    public static AdapterPlan plan(Block base, PeftConfig config) {
        BaseModel given = baseOf(base);
        BaseModel model = baseFor(Tuners.require(config.peftType()), given, config);
        return Planning.of(model, config, folder -> StoredAdapter.loadPart(model, folder));
    }

    /** Loads an adapter for prediction, called {@code default}. */
    public static PeftModel fromPretrained(Block base, Path directory) throws IOException {
        return fromPretrained(base, directory, PeftModel.DEFAULT_ADAPTER);
    }

    /** Loads an adapter for prediction under this name. */
    public static PeftModel fromPretrained(Block base, Path directory, String adapterName)
            throws IOException {
        return fromPretrained(base, directory, adapterName, LoadAdapterOptions.DEFAULT);
    }

    /**
     * Loads an adapter, also one that Python saved.
     *
     * @param directory adapter_config.json and adapter_model.safetensors
     * @throws IOException if a file is missing or broken, or a tensor does not fit
     * @throws IllegalArgumentException if the config does not fit the base
     */
    public static PeftModel fromPretrained(
            Block base, Path directory, String adapterName, LoadAdapterOptions options)
            throws IOException {
        return load(base, directory, adapterName, options, false);
    }

    /** Loads an adapter for prediction, to which adapters of other methods may be added. */
    public static PeftModel mixedFromPretrained(Block base, Path directory, String adapterName)
            throws IOException {
        return mixedFromPretrained(base, directory, adapterName, LoadAdapterOptions.DEFAULT);
    }

    /**
     * Loads an adapter to which adapters of other methods may be added: PEFT's {@code
     * PeftMixedModel.from_pretrained}; see {@link #getMixedModel(Block, PeftConfig)}.
     *
     * @throws IOException if a file is missing or broken, or a tensor does not fit
     * @throws IllegalArgumentException if the config does not fit the base, or its method changes
     *     more than layers
     */
    public static PeftModel mixedFromPretrained(
            Block base, Path directory, String adapterName, LoadAdapterOptions options)
            throws IOException {
        return load(base, directory, adapterName, options, true);
    }

    private static PeftModel load(
            Block base, Path directory, String name, LoadAdapterOptions options, boolean mixed)
            throws IOException {
        BaseModel model = baseOf(base);
        return StableFolder.read(
                directory.resolve(options.subfolder()),
                StoredAdapter.FILES,
                () -> load(model, StoredAdapter.in(directory, options), name, mixed));
    }

    private static PeftModel load(BaseModel base, StoredAdapter stored, String name, boolean mixed)
            throws IOException {
        PeftModel model = wrap(base, stored.config(), mixed);
        try (ReadAdapter adapter = stored.readFor(model.registry(), name)) {
            adapter.publish();
            model.setAdapter(name);
            return model;
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /**
     * The config of these JSON values; {@code peft_type} decides the class.
     *
     * @throws IllegalArgumentException if a value is wrong
     */
    public static PeftConfig getPeftConfig(Map<String, ?> values) {
        return PeftConfig.loadMap(values).config();
    }

    private static BaseModel baseOf(Block block) {
        if (block instanceof PeftModel) {
            throw new IllegalArgumentException(
                    "The base is a PeftModel already. Add a second adapter with addAdapter(name,"
                            + " config), or wrap its base().");
        }
        return block instanceof BaseModel model ? model : new BlockModel(block);
    }
}
