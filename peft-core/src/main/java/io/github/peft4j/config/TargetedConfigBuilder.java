package io.github.peft4j.config;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Ints;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.OneOrMany;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The part that the builders of methods with target modules share.
 *
 * @param <B> the concrete builder, returned by each method
 */
public abstract class TargetedConfigBuilder<B extends TargetedConfigBuilder<B>>
        extends PeftConfigBuilder<B> {

    private TargetModules targets = TargetModules.DEFAULT;

    private final ImmutableSet<String> keys;

    /** For the builders of methods with all of the options. */
    protected TargetedConfigBuilder() {
        this(TargetModules.KEYS);
    }

    /**
     * For the builders of methods that lack some of the options.
     *
     * @param keys the JSON keys of those that it has; the others are refused by the config
     */
    protected TargetedConfigBuilder(ImmutableSet<String> keys) {
        this.keys = keys;
    }

    /** The targets as set so far. */
    protected TargetModules targets() {
        return targets;
    }

    @Override
    protected B overlay(ConfigReader json) {
        read(
                json,
                "target_modules",
                JsonType.STRING_OR_STRINGS,
                value -> optTargets(targets.withTargetModules(value)));
        read(
                json,
                "exclude_modules",
                JsonType.STRING_OR_STRINGS,
                value -> optTargets(targets.withExcludeModules(value)));
        read(
                json,
                "layers_to_transform",
                JsonType.INTEGER_OR_INTEGERS,
                value -> optTargets(targets.withLayersToTransform(value)));
        read(
                json,
                "layers_pattern",
                JsonType.STRING_OR_STRINGS,
                value -> optTargets(targets.withLayersPattern(value)));
        read(json, "modules_to_save", JsonType.STRINGS, this::optModulesToSave);
        return super.overlay(json);
    }

    private <T> void read(
            ConfigReader json, String key, JsonType<T> type, Consumer<? super @Nullable T> setter) {
        if (keys.contains(key)) {
            json.readNullable(key, type, setter);
        }
    }

    /** All options that select modules at once. */
    public B optTargets(TargetModules value) {
        targets = value;
        return self();
    }

    /**
     * Names, or ends of names at a dot, of the layers to adapt; {@code all-linear} alone takes
     * every linear layer. Default: the table for the model type.
     */
    public B optTargetModules(String... names) {
        return names.length == 1 && names[0].equalsIgnoreCase(TargetModules.ALL_LINEAR)
                ? optTargetModulesRegex(names[0])
                : optTargetModules(ImmutableList.copyOf(names));
    }

    /** The same from a collection. */
    public B optTargetModules(Collection<String> names) {
        return optTargets(targets.withTargetModules(OneOrMany.many(names)));
    }

    /**
     * A regular expression that a layer's whole dotted name must match, in Python's syntax; {@code
     * all-linear} takes every linear layer.
     */
    public B optTargetModulesRegex(String regex) {
        return optTargets(targets.withTargetModules(OneOrMany.one(regex)));
    }

    /** Names, or ends of names, of layers to leave out. Default: none. */
    public B optExcludeModules(String... names) {
        return optTargets(targets.withExcludeModules(OneOrMany.many(ImmutableList.copyOf(names))));
    }

    /** A regular expression for whole names of layers to leave out. Default: none. */
    public B optExcludeModulesRegex(String regex) {
        return optTargets(targets.withExcludeModules(OneOrMany.one(regex)));
    }

    /** Indices, counted from 0, of the layers to adapt; none means all. Default: all. */
    public B optLayersToTransform(int... indices) {
        return optTargets(targets.withLayersToTransform(OneOrMany.many(Ints.asList(indices))));
    }

    /** Names of the list of layers that the indices count. Default: any name. */
    public B optLayersPattern(String... names) {
        List<String> list = ImmutableList.copyOf(names);
        return optTargets(
                targets.withLayersPattern(
                        list.size() == 1 ? OneOrMany.one(list.get(0)) : OneOrMany.many(list)));
    }

    /** Ends of the names of modules that are trained and saved whole. Default: none. */
    public B optModulesToSave(String... names) {
        return optModulesToSave(ImmutableList.copyOf(names));
    }

    /** The same from a list; null for none. */
    public B optModulesToSave(@Nullable List<String> names) {
        return optTargets(targets.withModulesToSave(names));
    }
}
