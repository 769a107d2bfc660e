package io.github.peft4j.internal.matching;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableSortedSet;
import io.github.peft4j.exception.NoMatchingModuleException;
import io.github.peft4j.internal.text.Spelling;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.TargetModules;
import io.github.peft4j.model.LayerKind;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Says why nothing matched and what would. */
public final class MatchFailure {

    private static final int SHOWN = 10;

    private final TargetModules options;
    private final ImmutableSortedSet<String> names;

    public MatchFailure(TargetModules options, MatchableModules model, Set<LayerKind> adaptable) {
        this.options = options;
        this.names =
                model.modules().stream()
                        .filter(module -> adaptable.contains(module.kind()))
                        .map(module -> lastPart(module.path()))
                        .collect(
                                ImmutableSortedSet.toImmutableSortedSet(Comparator.naturalOrder()));
    }

    /** The four cases that PEFT tells apart. */
    public NoMatchingModuleException explain(boolean anyExcluded, boolean anyUnmatched) {
        if (anyExcluded && !anyUnmatched) {
            return new NoMatchingModuleException(
                    "All modules were excluded by exclude_modules "
                            + options.excludeModules()
                            + " and modules_to_save "
                            + options.modulesToSave()
                            + ". Exclude fewer, so that a layer is left to adapt.");
        }
        if (!anyExcluded && namesNothing()) {
            return new NoMatchingModuleException(
                    "target_modules is empty, so no layer would be adapted. "
                            + adaptableLayers()
                            + advice(""));
        }
        String excludedToo =
                anyExcluded
                        ? " Others were excluded by exclude_modules "
                                + options.excludeModules()
                                + " or are saved whole (modules_to_save "
                                + options.modulesToSave()
                                + ")."
                        : "";
        return new NoMatchingModuleException(
                "No layer matches target_modules "
                        + options.targetModules()
                        + "."
                        + excludedToo
                        + layerNote()
                        + " "
                        + adaptableLayers()
                        + advice(nearest().orElse("")));
    }

    private boolean namesNothing() {
        return options.targets().isEmpty()
                || options.targets().get().values().isEmpty()
                || options.targets().get().equals(OneOrMany.one(""));
    }

    private String layerNote() {
        String note = "";
        if (options.layersToTransform() != null) {
            note += " You specified layers_to_transform " + options.layersToTransform() + ".";
        }
        if (options.layersPattern() != null) {
            note += " You specified layers_pattern " + options.layersPattern() + ".";
        }
        return note;
    }

    private String adaptableLayers() {
        if (names.isEmpty()) {
            return "The model has no layer that can be adapted. ";
        }
        String rest = names.size() > SHOWN ? ", ... (" + names.size() + " names)" : "";
        return "Layers that can be adapted are called: "
                + Joiner.on(", ").join(names.stream().limit(SHOWN).iterator())
                + rest
                + ". ";
    }

    private String advice(String nearest) {
        if (names.isEmpty()) {
            return "Pass a model with linear layers.";
        }
        String name = nearest.isEmpty() ? names.first() : nearest;
        String question = nearest.isEmpty() ? "" : "Did you mean \"" + nearest + "\"? ";
        return question
                + "Pass optTargetModules(\""
                + name
                + "\") or optTargetModules(\"all-linear\").";
    }

    /** The layer name that takes the fewest edits from one of the targets, if few enough. */
    private Optional<String> nearest() {
        record Guess(String name, int edits) {}
        return wantedNames()
                .flatMap(
                        wanted ->
                                names.stream()
                                        .map(name -> new Guess(name, Spelling.edits(wanted, name))))
                .filter(guess -> guess.edits() > 0 && guess.edits() <= guess.name().length() / 2)
                .min(Comparator.comparingInt(Guess::edits).thenComparing(Guess::name))
                .map(Guess::name);
    }

    /**
     * Last parts of paths that take the fewest edits from a target's, at most a few.
     *
     * @param paths of layers
     */
    public static List<String> near(String target, Collection<String> paths) {
        String wanted = lastPart(target);
        return Spelling.near(wanted, paths.stream().map(MatchFailure::lastPart).toList());
    }

    private Stream<String> wantedNames() {
        return options.targets().stream()
                .flatMap(targets -> targets.values().stream())
                .map(MatchFailure::lastPart);
    }

    private static String lastPart(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }
}
