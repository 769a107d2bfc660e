package io.github.peft4j.internal.matching;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.internal.text.StepLimit;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.PythonRegex;
import io.github.peft4j.matching.TargetModules;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Decides about one module name. The first rule that applies wins. */
public final class TargetRule {

    /** What a name is to the config. */
    public enum Verdict {
        /** Left out by {@code exclude_modules}, or part of a module that is saved whole. */
        EXCLUDED,
        /** Not asked for. */
        UNMATCHED,
        /** To be adapted. */
        TARGET
    }

    private static final String INDEX = "idx";
    private static final String INDEX_OF_ANY_LIST = ".*?\\.[^.]*\\.(?P<idx>\\d+)\\.";

    private final Predicate<String> excluded;
    private final Predicate<String> target;

    /**
     * Compiles the options.
     *
     * @throws IllegalArgumentException if one is no regular expression
     */
    public TargetRule(TargetModules options) {
        ImmutableList<PythonRegex> saved = savedParts(options);
        Predicate<String> byName = named("exclude_modules", options.excludeModules());
        this.excluded =
                byName.or(path -> saved.stream().anyMatch(regex -> regex.matchesStart(path)));
        this.target = targets(options);
    }

    public Verdict of(String path) {
        if (excluded.test(path)) {
            return Verdict.EXCLUDED;
        }
        return target.test(path) ? Verdict.TARGET : Verdict.UNMATCHED;
    }

    private static ImmutableList<PythonRegex> savedParts(TargetModules options) {
        ImmutableList.Builder<PythonRegex> parts = ImmutableList.builder();
        if (options.modulesToSave() != null) {
            StepLimit limit = new StepLimit("modules_to_save");
            for (String name : options.modulesToSave()) {
                String regex = "(^|.*\\.)" + name + "($|\\..*)";
                parts.add(PythonRegex.compile("modules_to_save", name, regex, limit));
            }
        }
        return parts.build();
    }

    /** A string matches the whole name as an expression, a list by name or end of a name. */
    private static Predicate<String> named(String option, @Nullable OneOrMany<String> names) {
        if (names == null || names.values().equals(ImmutableList.of(""))) {
            return path -> false;
        }
        if (names.single()) {
            PythonRegex regex = PythonRegex.compile(option, names.value(), names.value());
            return regex::matchesWhole;
        }
        ImmutableSet<String> set = ImmutableSet.copyOf(names.values());
        return path -> set.contains(path) || hasSuffixIn(set, path);
    }

    private static Predicate<String> targets(TargetModules options) {
        OneOrMany<String> names = options.targetModules();
        if (names == null || names.single()) {
            return named("target_modules", names);
        }
        ImmutableSet<String> set = ImmutableSet.copyOf(names.values());
        Predicate<String> inLayers = layers(options);
        return path -> set.contains(path) || (hasSuffixIn(set, path) && inLayers.test(path));
    }

    /** Whether the set has what follows one of the dots. */
    private static boolean hasSuffixIn(ImmutableSet<String> set, String path) {
        for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
            if (set.contains(path.substring(dot + 1))) {
                return true;
            }
        }
        return false;
    }

    private static Predicate<String> layers(TargetModules options) {
        OneOrMany<Integer> wanted = options.layersToTransform();
        if (wanted == null || wanted.values().isEmpty()) {
            return path -> true;
        }
        ImmutableSet<BigInteger> indices =
                wanted.values().stream()
                        .map(index -> BigInteger.valueOf(index))
                        .collect(ImmutableSet.toImmutableSet());
        ImmutableList<PythonRegex> regexes = indexRegexes(options.layersPatterns());
        return path -> layerIndex(regexes, path).map(indices::contains).orElse(false);
    }

    private static ImmutableList<PythonRegex> indexRegexes(List<String> patterns) {
        if (patterns.isEmpty()) {
            return ImmutableList.of(
                    PythonRegex.compile("layers_pattern", INDEX_OF_ANY_LIST, INDEX_OF_ANY_LIST));
        }
        ImmutableList.Builder<PythonRegex> regexes = ImmutableList.builder();
        StepLimit limit = new StepLimit("layers_pattern");
        for (String pattern : patterns) {
            String regex = "(?:^|.*?\\.)" + pattern + "\\.(?P<idx>\\d+)\\.";
            regexes.add(PythonRegex.compile("layers_pattern", pattern, regex, limit));
        }
        return regexes.build();
    }

    private static Optional<BigInteger> layerIndex(
            ImmutableList<PythonRegex> regexes, String path) {
        return regexes.stream()
                .map(regex -> regex.numberAtStart(path, INDEX))
                .flatMap(Optional::stream)
                .findFirst();
    }
}
