package io.github.peft4j.internal.create;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.CommonOptions;
import io.github.peft4j.config.HasModulesToSave;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftConfigBuilder;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInfo;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A config on its way to an adapter, completed by what model and task decide, whatever the method:
 * the base's name, {@code auto_mapping}, and the heads that are saved whole. This happens here and
 * once, for fresh and for stored adapters; what a method alone knows is left to its tuner.
 *
 * @param config the config, its saved modules filled in as far as they are known before targets are
 *     matched
 * @param lateHeads heads that are saved whole but are not left out of the targets
 */
public record ConfigCompletion(PeftConfig config, ImmutableList<String> lateHeads) {

    private static final Logger logger = LoggerFactory.getLogger(ConfigCompletion.class);

    /** Completes a config; what it says already stays. */
    static ConfigCompletion of(PeftConfig config, ModelInfo info) {
        PeftConfig known = withModelFacts(info, config);
        List<String> heads =
                trainsHeads(known)
                        ? known.taskType().map(TaskType::headModules).orElse(ImmutableList.of())
                        : ImmutableList.of();
        boolean early =
                !(known instanceof LayerConfig)
                        || known.taskType().map(TaskType::headsKnownBeforeMatching).orElse(true);
        return early
                ? new ConfigCompletion(withModulesToSave(known, heads), ImmutableList.of())
                : new ConfigCompletion(known, ImmutableList.copyOf(heads));
    }

    /**
     * The config of a model's first adapter: as in PEFT it names the base that it is used on,
     * whatever it has named before.
     */
    public static PeftConfig named(PeftConfig config, ModelInfo info) {
        String name = info.nameOrPath();
        String given = config.baseModelNameOrPath().orElse(null);
        if (given != null && !given.equals(name)) {
            logger.warn("The config names base model {}, but the base is {}.", given, name);
        }
        return config.toBuilder().optBaseModelNameOrPath(name).build(warning -> {});
    }

    private static boolean trainsHeads(PeftConfig config) {
        return !(config instanceof LayerConfig layers) || layers.hasModulesToSave();
    }

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
    private static PeftConfig withModulesToSave(PeftConfig config, List<String> heads) {
        if (heads.isEmpty() || !(config instanceof HasModulesToSave saves)) {
            return config;
        }
        List<String> names = new ArrayList<>(saves.modulesToSave());
        heads.stream().filter(head -> !names.contains(head)).forEach(names::add);
        return saves.withModulesToSave(names);
    }
}
