package io.github.peft4j.internal.matching;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Replaces a long list of module names by few ends of names that select the same modules: {@code
 * q_proj} for {@code layers.0.q_proj} to {@code layers.99.q_proj}, if no other module ends so.
 */
public final class TargetCondenser {

    private TargetCondenser() {}

    /**
     * The shorter set, which may be no shorter.
     *
     * @param targets names or ends of names
     * @param paths every module of the model
     * @throws IllegalArgumentException if a target is empty
     */
    public static ImmutableSet<String> condense(
            Collection<String> targets, Collection<String> paths) {
        Preconditions.checkArgument(
                !targets.contains(""),
                "target_modules holds an empty name. Leave it out; each name must be that of a"
                        + " module or the end of one.");
        ImmutableSet<String> given = ImmutableSet.copyOf(targets);
        Set<String> taken = new HashSet<>();
        for (String path : paths) {
            List<String> ends = ends(path);
            if (ends.stream().noneMatch(given::contains)) {
                taken.addAll(ends);
            }
        }
        Set<String> chosen = new HashSet<>();
        given.stream()
                .map(TargetCondenser::ends)
                .sorted(TargetCondenser::compare)
                .forEach(ends -> choose(ends, taken, chosen));
        return chosen.isEmpty() ? given : ImmutableSet.copyOf(chosen);
    }

    /** Takes the shortest end that no other module has, unless a chosen one covers the name. */
    private static void choose(List<String> ends, Set<String> taken, Set<String> chosen) {
        List<String> properEnds = ends.subList(0, ends.size() - 1);
        if (properEnds.stream().anyMatch(chosen::contains)) {
            return;
        }
        ends.stream().filter(end -> !taken.contains(end)).findFirst().ifPresent(chosen::add);
    }

    /** The name's ends at dots, the shortest first, the whole name last. */
    private static List<String> ends(String path) {
        List<String> parts = Arrays.asList(path.split("\\.", -1));
        List<String> ends = new ArrayList<>();
        for (int i = parts.size() - 1; i >= 0; i--) {
            ends.add(String.join(".", parts.subList(i, parts.size())));
        }
        return ends;
    }

    private static int compare(List<String> left, List<String> right) {
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            int order = left.get(i).compareTo(right.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.size(), right.size());
    }
}
