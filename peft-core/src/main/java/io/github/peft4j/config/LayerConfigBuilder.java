package io.github.peft4j.config;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Ints;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.TargetModules;
import io.github.peft4j.matching.TargetOptions;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds the config of a method that adapts layers.
 *
 * @param <C> the config
 * @param <B> the concrete builder, returned by each setter
 */
public abstract class LayerConfigBuilder<C extends LayerConfig, B extends LayerConfigBuilder<C, B>>
        extends PeftConfigBuilder<C, B> {

    /** For the builders of the methods. */
    protected LayerConfigBuilder(ConfigType<C> type) {
        super(type);
    }

    /** Sets numbers of single layers, in their order. */
    protected final B setNumbers(
            Option<Map<String, Number>> option, Map<String, ? extends Number> values) {
        return set(option, ImmutableMap.copyOf(values));
    }

    /** All options that select modules at once. */
    public final B optTargets(TargetModules value) {
        set(TargetOptions.EXCLUDE_MODULES, value.excludeModules());
        set(TargetOptions.LAYERS_TO_TRANSFORM, value.layersToTransform());
        set(TargetOptions.LAYERS_PATTERN, value.layersPattern());
        set(TargetOptions.MODULES_TO_SAVE, value.modulesToSave());
        return set(TargetOptions.TARGET_MODULES, value.targetModules());
    }

    /**
     * Names, or ends of names at a dot, of the layers to adapt; {@code all-linear} alone takes
     * every linear layer. Default: the table for the model type.
     */
    public final B optTargetModules(String... names) {
        return names.length == 1 && names[0].equalsIgnoreCase(TargetModules.ALL_LINEAR)
                ? optTargetModulesRegex(names[0])
                : optTargetModules(ImmutableList.copyOf(names));
    }

    /** The same from a collection. */
    public final B optTargetModules(Collection<String> names) {
        return set(TargetOptions.TARGET_MODULES, TargetOptions.asSet(OneOrMany.many(names)));
    }

    /**
     * A regular expression that a layer's whole dotted name must match, in Python's syntax; {@code
     * all-linear} takes every linear layer.
     */
    public final B optTargetModulesRegex(String regex) {
        return set(TargetOptions.TARGET_MODULES, OneOrMany.one(regex));
    }

    /** Names, or ends of names, of layers to leave out. Default: none. */
    public final B optExcludeModules(String... names) {
        return set(
                TargetOptions.EXCLUDE_MODULES,
                TargetOptions.asSet(OneOrMany.many(ImmutableList.copyOf(names))));
    }

    /** A regular expression for whole names of layers to leave out. Default: none. */
    public final B optExcludeModulesRegex(String regex) {
        return set(TargetOptions.EXCLUDE_MODULES, OneOrMany.one(regex));
    }

    /** Indices, counted from 0, of the layers to adapt; none means all. Default: all. */
    public final B optLayersToTransform(int... indices) {
        return set(TargetOptions.LAYERS_TO_TRANSFORM, OneOrMany.many(Ints.asList(indices)));
    }

    /** Names of the list of layers that the indices count. Default: any name. */
    public final B optLayersPattern(String... names) {
        List<String> list = ImmutableList.copyOf(names);
        return set(
                TargetOptions.LAYERS_PATTERN,
                list.size() == 1 ? OneOrMany.one(list.get(0)) : OneOrMany.many(list));
    }

    /** Ends of the names of modules that are trained and saved whole. Default: none. */
    public final B optModulesToSave(String... names) {
        return optModulesToSave(ImmutableList.copyOf(names));
    }

    /** The same from a list; null for none. */
    public final B optModulesToSave(@Nullable List<String> names) {
        return set(TargetOptions.MODULES_TO_SAVE, names);
    }
}
