package io.github.peft4j.matching;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import io.github.peft4j.json.OneOrMany;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which modules of the model a config selects. Part of each config that adapts layers; flat in
 * JSON, where a method may lack some of the keys.
 *
 * @param targetModules a string is a regular expression for the whole dotted name, or {@code
 *     all-linear}; a list holds names or ends of names ({@code query}, {@code self.query}), kept as
 *     a sorted set; null (default): the table for the model type
 * @param excludeModules modules to leave out, in the same form; default null
 * @param layersToTransform the only layer index, or the only ones, counted from 0; null (default)
 *     or an empty list: all. Does not concern a target that is given by its full name
 * @param layersPattern name of the list of layers ({@code layers}, {@code h}), or several, as
 *     regular expressions; null (default): any name
 * @param modulesToSave ends of the names of modules that are trained and saved whole, in order;
 *     default null
 */
public record TargetModules(
        @Nullable OneOrMany<String> targetModules,
        @Nullable OneOrMany<String> excludeModules,
        @Nullable OneOrMany<Integer> layersToTransform,
        @Nullable OneOrMany<String> layersPattern,
        @Nullable List<String> modulesToSave) {

    /** The name that stands for every linear layer, in any case. */
    public static final String ALL_LINEAR = "all-linear";

    /** The name that matches nothing and is no error. */
    public static final String DUMMY = "dummy-target-modules";

    /** Selects what the table for the model type says. */
    public static final TargetModules DEFAULT = new TargetModules(null, null, null, null, null);

    /** Copies and sorts what PEFT holds as sets. */
    public TargetModules {
        targetModules = asSet(targetModules);
        excludeModules = asSet(excludeModules);
        modulesToSave = modulesToSave == null ? null : ImmutableList.copyOf(modulesToSave);
    }

    private static @Nullable OneOrMany<String> asSet(@Nullable OneOrMany<String> names) {
        return names == null || names.single()
                ? names
                : OneOrMany.many(ImmutableSortedSet.copyOf(names.values()));
    }

    /** Every linear layer but the output embedding or the classifier head. */
    public static TargetModules allLinear() {
        return DEFAULT.withTargetModules(OneOrMany.one(ALL_LINEAR));
    }

    /** The same options with other targets. */
    public TargetModules withTargetModules(@Nullable OneOrMany<String> value) {
        return new TargetModules(
                value, excludeModules, layersToTransform, layersPattern, modulesToSave);
    }

    /** The same options with other exclusions. */
    public TargetModules withExcludeModules(@Nullable OneOrMany<String> value) {
        return new TargetModules(
                targetModules, value, layersToTransform, layersPattern, modulesToSave);
    }

    /** The same options with other layer indices. */
    public TargetModules withLayersToTransform(@Nullable OneOrMany<Integer> value) {
        return new TargetModules(
                targetModules, excludeModules, value, layersPattern, modulesToSave);
    }

    /** The same options with another name of the list of layers. */
    public TargetModules withLayersPattern(@Nullable OneOrMany<String> value) {
        return new TargetModules(
                targetModules, excludeModules, layersToTransform, value, modulesToSave);
    }

    /** The same options with other modules saved whole. */
    public TargetModules withModulesToSave(@Nullable List<String> value) {
        return new TargetModules(
                targetModules, excludeModules, layersToTransform, layersPattern, value);
    }

    /** The targets, if the config names any. */
    public Optional<OneOrMany<String>> targets() {
        return Optional.ofNullable(targetModules);
    }

    /** Whether every linear layer is meant. */
    public boolean isAllLinear() {
        return targetModules != null
                && targetModules.single()
                && targetModules.value().equalsIgnoreCase(ALL_LINEAR);
    }

    /** Whether no match is wanted. */
    public boolean isDummy() {
        return targetModules != null
                && targetModules.single()
                && targetModules.value().equals(DUMMY);
    }

    /** The pattern, unless it is empty, which counts as none. */
    public List<String> layersPatterns() {
        if (layersPattern == null || (layersPattern.single() && layersPattern.value().isEmpty())) {
            return ImmutableList.of();
        }
        return ImmutableList.copyOf(layersPattern.values());
    }

    /**
     * The rule of LoRA and most of its kin: layers cannot be chosen beside a regular expression.
     *
     * @throws IllegalArgumentException if both are set
     */
    public void refuseLayersWithRegex() {
        boolean regex = targetModules != null && targetModules.single();
        Preconditions.checkArgument(
                !regex || layersToTransform == null,
                "layers_to_transform is %s but target_modules is the regular expression %s; the two"
                        + " exclude each other. Put the layers into the expression or name the"
                        + " targets in a list.",
                layersToTransform,
                targetModules);
        Preconditions.checkArgument(
                !regex || layersPattern == null,
                "layers_pattern is %s but target_modules is the regular expression %s; the two"
                        + " exclude each other. Put the layers into the expression or name the"
                        + " targets in a list.",
                layersPattern,
                targetModules);
    }

    /**
     * A name of the list of layers does nothing without indices.
     *
     * @throws IllegalArgumentException if it stands alone
     */
    public void refusePatternWithoutLayers() {
        Preconditions.checkArgument(
                layersPatterns().isEmpty() || layersToTransform != null,
                "layers_pattern is %s but layers_to_transform is not set. Set"
                        + " optLayersToTransform, for example to 0, or leave layers_pattern out.",
                layersPattern);
    }

    /**
     * The modules that {@code modules_to_save} names. A plain test for the end of the name, without
     * a dot: {@code classifier} also takes {@code pre_classifier}. PEFT passes over a module that
     * lies exactly two levels below a saved one.
     *
     * @param paths of all modules, in model order
     */
    public static List<String> pathsToSave(List<String> names, List<String> paths) {
        Set<String> saved = new LinkedHashSet<>();
        for (String path : paths) {
            if (names.stream().anyMatch(path::endsWith) && !saved.contains(twoLevelsUp(path))) {
                saved.add(path);
            }
        }
        return ImmutableList.copyOf(saved);
    }

    private static String twoLevelsUp(String path) {
        int parent = path.lastIndexOf('.');
        int grandparent = path.lastIndexOf('.', parent - 1);
        return grandparent < 0 ? "" : path.substring(0, grandparent);
    }
}
