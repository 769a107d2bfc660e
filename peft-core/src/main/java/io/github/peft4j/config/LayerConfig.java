package io.github.peft4j.config;

import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.TargetModules;
import io.github.peft4j.matching.TargetOptions;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The config of a method that adapts layers of the model. */
public abstract class LayerConfig extends PeftConfig implements HasModulesToSave {

    /** For the configs of the methods. */
    protected LayerConfig(ConfigType<?> type, OptionValues values) {
        super(type, values);
    }

    /** A table with the options that every config has and those that select layers. */
    public static <C extends LayerConfig> ConfigType<C> type(
            String peftType, Class<C> configClass, Function<OptionValues, C> constructor) {
        return ConfigType.of(peftType, configClass, constructor).with(TargetOptions.ALL);
    }

    @Override
    public abstract LayerConfigBuilder<?, ?> toBuilder();

    /** Which modules it selects. */
    public final TargetModules targets() {
        return new TargetModules(
                selected(TargetOptions.TARGET_MODULES),
                selected(TargetOptions.EXCLUDE_MODULES),
                selected(TargetOptions.LAYERS_TO_TRANSFORM),
                selected(TargetOptions.LAYERS_PATTERN),
                selected(TargetOptions.MODULES_TO_SAVE));
    }

    private <T> @Nullable T selected(Option<T> option) {
        return type().has(option) ? values().find(option) : null;
    }

    /** Whether the method can train modules whole besides. */
    public boolean hasModulesToSave() {
        return true;
    }

    /** Whether an adapted embedding may be written along with the adapter, as PEFT decides. */
    public boolean savesEmbeddings() {
        return true;
    }

    /** The targets, if the config names any; see {@link TargetModules}. */
    public final Optional<OneOrMany<String>> targetModules() {
        return targets().targets();
    }

    /** Modules left out, if any. */
    public final Optional<OneOrMany<String>> excludeModules() {
        return Optional.ofNullable(targets().excludeModules());
    }

    /** The layer indices it is restricted to, if any. */
    public final Optional<OneOrMany<Integer>> layersToTransform() {
        return Optional.ofNullable(targets().layersToTransform());
    }

    /** Names of the list of layers, if given. */
    public final Optional<OneOrMany<String>> layersPattern() {
        return Optional.ofNullable(targets().layersPattern());
    }

    @Override
    public final List<String> modulesToSave() {
        List<String> modules = targets().modulesToSave();
        return modules == null ? List.of() : modules;
    }

    @Override
    public final LayerConfig withModulesToSave(List<String> names) {
        return withTargets(targets().withModulesToSave(names));
    }

    /** Which biases of the base are trained too; none for a method without the option. */
    public final Bias bias() {
        return type().has(Options.BIAS) ? get(Options.BIAS) : Bias.NONE;
    }

    /** Whether the base weight is stored as [in, out]; false for a method without the option. */
    public final boolean fanInFanOut() {
        return type().has(Options.FAN_IN_FAN_OUT) && get(Options.FAN_IN_FAN_OUT);
    }

    /** This config with other targets: those found by matching, for example. */
    public final LayerConfig withTargets(TargetModules value) {
        return resolved(value, stored -> stored);
    }

    /**
     * This config with the targets found on a model.
     *
     * @param fanInFanOut corrects how the config says that weights are stored
     */
    public final LayerConfig resolved(TargetModules targets, UnaryOperator<Boolean> fanInFanOut) {
        LayerConfigBuilder<?, ?> found = toBuilder();
        found.optTargets(targets);
        if (type().has(Options.FAN_IN_FAN_OUT)) {
            found.set(Options.FAN_IN_FAN_OUT, fanInFanOut.apply(get(Options.FAN_IN_FAN_OUT)));
        }
        return found.build(warning -> {});
    }

    /** Layer indices cannot be chosen where the targets are a regular expression. */
    public static void refuseLayersWithRegex(LayerConfig config) {
        config.targets().refuseLayersWithRegex();
    }

    /** A name of the list of layers does nothing without indices. */
    public static void refusePatternWithoutLayers(LayerConfig config) {
        config.targets().refusePatternWithoutLayers();
    }
}
