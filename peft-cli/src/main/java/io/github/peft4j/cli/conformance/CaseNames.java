package io.github.peft4j.cli.conformance;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import org.jspecify.annotations.Nullable;

/** Which cases are asked for. */
@FunctionalInterface
interface CaseNames {

    /** Whether a case of this name is. */
    boolean contain(String name);

    /**
     * Cases by a glob on their name ({@code adapters/lora-*}), or on their name below its first
     * part ({@code lora-*}); a glob that fits a folder takes all cases below it.
     */
    static CaseNames matching(@Nullable String glob) {
        if (glob == null) {
            return name -> true;
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
        return name -> {
            Path path = Path.of(name);
            Path below = path.subpath(1, path.getNameCount());
            return matchesUpTo(matcher, path) || matchesUpTo(matcher, below);
        };
    }

    private static boolean matchesUpTo(PathMatcher matcher, Path path) {
        for (Path start = path; start != null; start = start.getParent()) {
            if (matcher.matches(start)) {
                return true;
            }
        }
        return false;
    }
}
