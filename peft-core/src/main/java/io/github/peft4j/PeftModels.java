package io.github.peft4j;

import ai.djl.Model;
import ai.djl.nn.Block;
import io.github.peft4j.model.BaseModel;
import io.github.peft4j.model.BlockModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.ServiceLoader;

/** Wraps base models with adapters: PEFT's {@code get_peft_model} and {@code from_pretrained}. */
public final class PeftModels {

    private PeftModels() {}

    /**
     * Wraps a base with a fresh adapter called {@code default}.
     *
     * @return the config's task class where peft-tasks is on the class path, else a plain {@link
     *     PeftModel}
     * @throws IllegalArgumentException if the config does not fit the base
     * @throws UnsupportedFeatureException if this version lacks something the config asks for
     */
    public static PeftModel getPeftModel(BaseModel base, PeftConfig config) {
        return getPeftModel(base, config, PeftModel.DEFAULT_ADAPTER);
    }

    /** Wraps a base with a fresh adapter of this name. */
    public static PeftModel getPeftModel(BaseModel base, PeftConfig config, String adapterName) {
        String name = base.info().nameOrPath();
        return wrap(
                base,
                name == null
                        ? config
                        : config.withCommon(config.common().withBaseModelNameOrPath(name)),
                adapterName);
    }

    private static PeftModel wrap(BaseModel base, PeftConfig config, String adapterName) {
        TaskType task = config.taskType().orElse(null);
        if (task != null) {
            for (TaskModelProvider provider : ServiceLoader.load(TaskModelProvider.class)) {
                if (provider.taskType() == task) {
                    return provider.wrap(base, config, adapterName);
                }
            }
        }
        return new PeftModel(base, config, adapterName);
    }

    /** Wraps an initialized DJL block with a fresh adapter called {@code default}. */
    public static PeftModel getPeftModel(Block base, PeftConfig config) {
        return getPeftModel(base, config, PeftModel.DEFAULT_ADAPTER);
    }

    /** Wraps an initialized DJL block with a fresh adapter of this name. */
    public static PeftModel getPeftModel(Block base, PeftConfig config, String adapterName) {
        return getPeftModel(baseOf(base), config, adapterName);
    }

    /**
     * Wraps the block of a DJL model with a fresh adapter called {@code default}. The DJL model
     * must stay open.
     */
    public static PeftModel getPeftModel(Model base, PeftConfig config) {
        return getPeftModel(base.getBlock(), config);
    }

    /** Loads an adapter for prediction, called {@code default}. */
    public static PeftModel fromPretrained(BaseModel base, Path directory) throws IOException {
        return fromPretrained(base, directory, PeftModel.DEFAULT_ADAPTER);
    }

    /** Loads an adapter for prediction under this name. */
    public static PeftModel fromPretrained(BaseModel base, Path directory, String adapterName)
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
            BaseModel base, Path directory, String adapterName, LoadAdapterOptions options)
            throws IOException {
        PeftConfig config = PeftConfig.fromPretrained(directory.resolve(options.subfolder()));
        // A loaded adapter keeps the name of the base that it was trained on.
        PeftModel model = wrap(base, AdapterFiles.forUse(config, options), adapterName);
        try {
            model.loadAdapter(directory, adapterName, options);
            return model;
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** Loads an adapter onto an initialized DJL block. */
    public static PeftModel fromPretrained(Block base, Path directory) throws IOException {
        return fromPretrained(baseOf(base), directory);
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
