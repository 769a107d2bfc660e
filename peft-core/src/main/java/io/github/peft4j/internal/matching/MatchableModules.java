package io.github.peft4j.internal.matching;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Set;

/**
 * The model that targets are matched against.
 *
 * @param modules every module but the root, containers included, parents before children, in the
 *     model's order
 * @param leftOutOfAllLinear paths that {@code all-linear} does not take: the output embedding, or,
 *     where there is none and the task is SEQ_CLS, the head
 * @param adapted paths that adapters of the same model adapt already; what lies below them is
 *     skipped
 */
public record MatchableModules(
        List<ModuleInfo> modules, Set<String> leftOutOfAllLinear, Set<String> adapted) {

    /** Copies the collections. */
    public MatchableModules {
        modules = ImmutableList.copyOf(modules);
        leftOutOfAllLinear = ImmutableSet.copyOf(leftOutOfAllLinear);
        adapted = ImmutableSet.copyOf(adapted);
    }

    /** A model without adapters whose linear layers are all layers to adapt. */
    public static MatchableModules of(List<ModuleInfo> modules) {
        return new MatchableModules(modules, ImmutableSet.of(), ImmutableSet.of());
    }

    /** The same modules with these left out of {@code all-linear}. */
    public MatchableModules leaveOutOfAllLinear(String... paths) {
        return new MatchableModules(modules, ImmutableSet.copyOf(paths), adapted);
    }

    /** The same modules with these adapted already. */
    public MatchableModules withAdapted(Set<String> paths) {
        return new MatchableModules(modules, leftOutOfAllLinear, paths);
    }
}
