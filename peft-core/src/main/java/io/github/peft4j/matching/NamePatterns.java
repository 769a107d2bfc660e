package io.github.peft4j.matching;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.internal.text.StepLimit;
import io.github.peft4j.internal.text.Text;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * A value per layer from a map of regular expressions, such as {@code rank_pattern}: the first key
 * that matches the name, or its end after a dot, wins.
 *
 * @param <V> ranks, alphas, ...
 */
public final class NamePatterns<V> {

    private final String option;
    private final ImmutableList<Entry<V>> entries;

    private record Entry<V>(String key, PythonRegex regex, V value) {}

    private NamePatterns(String option, ImmutableList<Entry<V>> entries) {
        this.option = option;
        this.entries = entries;
    }

    /**
     * Compiles the keys.
     *
     * @param option the JSON key of the map, for texts
     * @throws IllegalArgumentException if a key is no regular expression
     */
    public static <V> NamePatterns<V> compile(String option, Map<String, ? extends V> patterns) {
        return compile(option, patterns, "(.*\\.)?(", ")$");
    }

    private static <V> NamePatterns<V> compile(
            String option, Map<String, ? extends V> patterns, String before, String after) {
        ImmutableList.Builder<Entry<V>> entries = ImmutableList.builder();
        StepLimit limit = new StepLimit(option);
        patterns.forEach(
                (key, value) -> {
                    PythonRegex regex =
                            PythonRegex.compile(option, key, before + key + after, limit);
                    entries.add(new Entry<>(key, regex, value));
                });
        return new NamePatterns<>(option, entries.build());
    }

    /**
     * Compiles keys that match the end of a name after a dot, never a whole name, as in some
     * methods.
     *
     * @param option the JSON key of the map, for texts
     * @throws IllegalArgumentException if a key is no regular expression
     */
    public static <V> NamePatterns<V> compileEnds(
            String option, Map<String, ? extends V> patterns) {
        return compile(option, patterns, ".*\\.", "$");
    }

    /** The value for a layer, if a key matches its name. */
    public Optional<V> find(String path) {
        return entries.stream()
                .filter(entry -> entry.regex().matchesStart(path))
                .findFirst()
                .map(Entry::value);
    }

    /** A warning that names, sorted, the keys that match none of the adapted layers. */
    public Optional<String> unmatchedWarning(Collection<String> adapted) {
        TreeSet<String> unmatched = new TreeSet<>();
        for (Entry<V> entry : entries) {
            if (adapted.stream().noneMatch(entry.regex()::matchesStart)) {
                unmatched.add(entry.key());
            }
        }
        return unmatched.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "The following "
                                + option
                                + " keys did not match any targeted module and were ignored: "
                                + "["
                                + Text.of(unmatched)
                                + "]"
                                + ". Check their spelling against the names of the layers.");
    }
}
