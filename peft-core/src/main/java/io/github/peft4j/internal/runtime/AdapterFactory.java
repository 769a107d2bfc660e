package io.github.peft4j.internal.runtime;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.config.Bias;
import io.github.peft4j.config.CommonOptions;
import io.github.peft4j.config.HasModulesToSave;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftConfigBuilder;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.BaseModel;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.tuner.AdapterSource;
import io.github.peft4j.tuner.CreateRequest;
import io.github.peft4j.tuner.CreatedAdapter;
import io.github.peft4j.tuner.Tuner;
import io.github.peft4j.tuner.Tuners;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds an adapter from any config: fills in what model and task decide, and asks the tuner. */
public final class AdapterFactory {

    private static final Logger logger = LoggerFactory.getLogger(AdapterFactory.class);

    private AdapterFactory() {}

    /**
     * The adapter of a config on a base; its warnings are logged.
     *
     * @param parts loads adapters that this one is made of
     */
    public static CreatedAdapter<?> create(
            BaseModel base,
            PeftConfig config,
            String name,
            AdapterInventory others,
            AdapterSource parts) {
        CreatedAdapter<?> created =
                withNameWarning(
                        attach(
                                Tuners.require(config.peftType()),
                                base,
                                withModelFacts(base.info(), config),
                                others,
                                parts),
                        name);
        for (String warning : created.warnings()) {
            logger.warn(warning);
        }
        return created;
    }

    /** Whether a config asks for training of the base's biases. */
    public static boolean trainsBias(PeftConfig config) {
        return config instanceof LayerConfig layers && layers.bias() != Bias.NONE;
    }

    /** PEFT looks for the adapter's name in its keys, and finds it in the method's own prefix. */
    private static <C extends PeftConfig> CreatedAdapter<C> withNameWarning(
            CreatedAdapter<C> created, String name) {
        for (Adapter adapter : created.set().layers().values()) {
            for (String suffix : adapter.parameters().keySet()) {
                String prefix = suffix.substring(0, suffix.indexOf('_') + 1);
                if (prefix.contains(name)) {
                    return created.warn(
                            "Adapter name '"
                                    + name
                                    + "' is part of '"
                                    + prefix
                                    + "', with which this method's tensors begin: Python PEFT may"
                                    + " leave their start values when it loads them. Choose another"
                                    + " name.");
                }
            }
        }
        return created;
    }

    private static <C extends PeftConfig> CreatedAdapter<C> attach(
            Tuner<C> tuner,
            BaseModel base,
            PeftConfig config,
            AdapterInventory others,
            AdapterSource parts) {
        ImmutableList<String> heads =
                trainsHeads(config)
                        ? config.taskType().map(TaskType::headModules).orElse(ImmutableList.of())
                        : ImmutableList.of();
        boolean early = config.taskType().map(TaskType::headsKnownBeforeMatching).orElse(true);
        PeftConfig complete = early ? withModulesToSave(config, heads) : config;
        ImmutableMap.Builder<String, C> same = ImmutableMap.builder();
        others.configs()
                .forEach(
                        (name, other) ->
                                same.put(name, tuner.configType().configClass().cast(other)));
        return tuner.attach(
                new CreateRequest<>(
                        base,
                        tuner.configType().configClass().cast(complete),
                        early ? ImmutableList.of() : heads,
                        same.buildOrThrow(),
                        others.sets(),
                        parts));
    }

    private static boolean trainsHeads(PeftConfig config) {
        return !(config instanceof LayerConfig layers) || layers.hasModulesToSave();
    }

    /** Fills in what the config leaves to the model. */
    private static PeftConfig withModelFacts(ModelInfo info, PeftConfig config) {
        PeftConfigBuilder<?, ?> completed = config.toBuilder();
        if (info.nameOrPath() != null && config.baseModelNameOrPath().isEmpty()) {
            completed.optBaseModelNameOrPath(info.nameOrPath());
        }
        if (config.taskType().isEmpty() && config.find(CommonOptions.AUTO_MAPPING).isEmpty()) {
            completed.optAutoMapping(
                    ImmutableMap.of(
                            "base_model_class",
                            info.className(),
                            "parent_library",
                            info.library()));
        }
        return completed.build(warning -> {});
    }

    /** Adds what is not there yet: a loaded config names its heads already. */
    private static PeftConfig withModulesToSave(PeftConfig config, ImmutableList<String> heads) {
        if (heads.isEmpty() || !(config instanceof HasModulesToSave saves)) {
            return config;
        }
        List<String> names = new ArrayList<>(saves.modulesToSave());
        heads.stream().filter(head -> !names.contains(head)).forEach(names::add);
        return saves.withModulesToSave(names);
    }
}
