package io.github.peft4j.internal.matching;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Lists;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.matching.TargetModules;
import io.github.peft4j.model.LayerKind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the layers that a config selects, by PEFT's rules: exclusions and saved modules first, then
 * a regular expression for the whole name, or names and ends of names within the chosen layers.
 */
public final class TargetMatcher {

    /** From this many targets on, PEFT looks for a shorter set with the same effect. */
    private static final int CONDENSED_FROM = 20;

    private final TargetModules options;
    private final MatchableModules model;
    private final ImmutableSet<LayerKind> adaptable;
    private final List<String> adapted = new ArrayList<>();
    private final List<String> excluded = new ArrayList<>();
    private final boolean optional;
    private boolean anyUnmatched;

    private TargetMatcher(
            TargetModules options,
            MatchableModules model,
            Set<LayerKind> adaptable,
            boolean optional) {
        this.optional = optional;
        this.options = options;
        this.model = model;
        this.adaptable = ImmutableSet.copyOf(adaptable);
    }

    /**
     * Matches, after {@code all-linear} is spelled out and a list of 20 or more targets is
     * condensed.
     *
     * @param options what is selected; targets must be set (see {@link DefaultTargets})
     * @param adaptable the kinds of layers that the method has an adapter for
     * @throws io.github.peft4j.exception.NoMatchingModuleException if nothing is selected
     * @throws IllegalArgumentException if a selected module cannot be adapted
     */
    public static TargetMatch match(
            TargetModules options, MatchableModules model, Set<LayerKind> adaptable) {
        TargetModules spelledOut = spellOut(options, model);
        return matchAsGiven(condense(spelledOut, model), model, adaptable);
    }

    /** The same without condensing, for methods whose lists of modules depend on each other. */
    public static TargetMatch matchAsGiven(
            TargetModules options, MatchableModules model, Set<LayerKind> adaptable) {
        return new TargetMatcher(spellOut(options, model), model, adaptable, false).run();
    }

    /** The same for a config that reaches something besides layers, so that none must match. */
    public static TargetMatch matchIfAny(
            TargetModules options, MatchableModules model, Set<LayerKind> adaptable) {
        TargetModules condensed = condense(spellOut(options, model), model);
        return new TargetMatcher(condensed, model, adaptable, true).run();
    }

    private static TargetModules spellOut(TargetModules options, MatchableModules model) {
        if (!options.isAllLinear()) {
            return options;
        }
        List<String> linear = new ArrayList<>();
        for (ModuleInfo module : model.modules()) {
            String path = module.path();
            if (module.kind().isLinear()
                    && !model.leftOutOfAllLinear().contains(path)
                    && !isBelow(path, model.adapted())) {
                linear.add(path);
            }
        }
        return options.withTargetModules(OneOrMany.many(linear));
    }

    private static TargetModules condense(TargetModules options, MatchableModules model) {
        OneOrMany<String> targets = options.targetModules();
        if (targets == null || targets.single() || targets.values().size() < CONDENSED_FROM) {
            return options;
        }
        List<String> paths = model.modules().stream().map(ModuleInfo::path).toList();
        ImmutableSet<String> fewer = TargetCondenser.condense(targets.values(), paths);
        return fewer.size() < targets.values().size()
                ? options.withTargetModules(OneOrMany.many(fewer))
                : options;
    }

    private TargetMatch run() {
        if (!options.isDummy()) {
            decideAll();
            if (adapted.isEmpty() && !optional) {
                throw new MatchFailure(options, model, adaptable)
                        .explain(!excluded.isEmpty(), anyUnmatched);
            }
        }
        List<String> names = options.modulesToSave();
        List<String> paths = model.modules().stream().map(ModuleInfo::path).toList();
        List<String> saved =
                names == null ? ImmutableList.of() : TargetModules.pathsToSave(names, paths);
        return new TargetMatch(adapted, saved, options, warnings());
    }

    private void decideAll() {
        TargetRule rule = new TargetRule(options);
        Set<String> ours = new LinkedHashSet<>();
        for (ModuleInfo module : model.modules()) {
            String path = module.path();
            if (isBelow(path, model.adapted())) {
                continue;
            }
            switch (rule.of(path)) {
                case EXCLUDED -> excluded.add(path);
                case UNMATCHED -> anyUnmatched = true;
                case TARGET -> {
                    refuseWhatCannotBeAdapted(module, ours);
                    ours.add(path);
                    adapted.add(path);
                }
            }
        }
    }

    private void refuseWhatCannotBeAdapted(ModuleInfo module, Set<String> ours) {
        String path = module.path();
        if (!adaptable.contains(module.kind())) {
            throw new IllegalArgumentException(
                    "target_modules "
                            + options.targetModules()
                            + " selects "
                            + path
                            + ", a module of kind "
                            + module.kind()
                            + ", but only these can be adapted: "
                            + Lists.transform(
                                    ImmutableList.sortedCopyOf(adaptable), LayerKind::described)
                            + ". Name the layers inside it, or leave it out with"
                            + " optExcludeModules(\""
                            + path
                            + "\").");
        }
        if (isBelow(path, ours)) {
            throw new IllegalArgumentException(
                    "target_modules "
                            + options.targetModules()
                            + " selects "
                            + path
                            + " and a layer around it; adapters do not nest. Leave one of them out"
                            + " with optExcludeModules(\""
                            + path
                            + "\").");
        }
    }

    private static boolean isBelow(String path, Set<String> adapted) {
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            if (adapted.contains(path.substring(0, dot))) {
                return true;
            }
        }
        return false;
    }

    private ImmutableList<String> warnings() {
        OneOrMany<String> targets = options.targetModules();
        if (adapted.isEmpty() && targets != null && !targets.values().isEmpty()) {
            return options.isDummy()
                    ? ImmutableList.of()
                    : ImmutableList.of(
                            "target_modules=" + targets + " were set but no module was matched.");
        }
        OneOrMany<String> exclude = options.excludeModules();
        if (exclude == null
                || exclude.values().isEmpty()
                || exclude.equals(OneOrMany.one(""))
                || !excluded.isEmpty()) {
            return ImmutableList.of();
        }
        return ImmutableList.of(
                "You have passed exclude_modules="
                        + exclude
                        + " but no modules were excluded. Please check that exclude_modules was set"
                        + " correctly.");
    }
}
