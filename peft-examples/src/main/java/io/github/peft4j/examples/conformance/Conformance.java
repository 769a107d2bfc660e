package io.github.peft4j.examples.conformance;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.UnsupportedFeatureException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the cases of a directory.
 *
 * @param directory laid out like the golden files: models, adapters, tokenizers, tables
 * @param models further folder of base models, or null
 * @param only glob that a case's name must match, or null for all
 * @param write folder to save single adapters into again, or null
 */
public record Conformance(
        Path directory, @Nullable Path models, @Nullable String only, @Nullable Path write) {

    /**
     * Runs the cases and gives out a line for each, then a line with the counts.
     *
     * @return whether nothing failed
     */
    public boolean run(Consumer<String> lines) throws IOException {
        Map<CaseResult.Status, Integer> counts = new EnumMap<>(CaseResult.Status.class);
        for (ConformanceCase one : cases()) {
            CaseResult result = run(one);
            counts.merge(result.status(), 1, Integer::sum);
            lines.accept(result.line());
        }
        int failed = counts.getOrDefault(CaseResult.Status.FAIL, 0);
        lines.accept(
                String.format(
                        Locale.ROOT,
                        "%d passed, %d failed, %d unsupported",
                        counts.getOrDefault(CaseResult.Status.PASS, 0),
                        failed,
                        counts.getOrDefault(CaseResult.Status.UNSUPPORTED, 0)));
        return failed == 0;
    }

    private ImmutableList<ConformanceCase> cases() throws IOException {
        ImmutableList.Builder<Path> folders = ImmutableList.builder();
        folders.add(directory.resolve("models"));
        if (models != null) {
            folders.add(models);
        }
        PathMatcher matcher =
                only == null ? null : FileSystems.getDefault().getPathMatcher("glob:" + only);
        return CaseFinder.find(directory, new BaseModels(folders.build()), write).stream()
                .filter(one -> matcher == null || matcher.matches(Path.of(one.name())))
                .collect(ImmutableList.toImmutableList());
    }

    private static CaseResult run(ConformanceCase one) {
        try {
            return CaseResult.pass(one.name(), one.run());
        } catch (UnsupportedFeatureException e) {
            return CaseResult.unsupported(one.name(), String.valueOf(e.getMessage()));
        } catch (CaseFailure e) {
            return CaseResult.fail(one.name(), e.error(), String.valueOf(e.getMessage()));
        } catch (Exception e) {
            return CaseResult.fail(one.name(), Double.NaN, e.toString());
        }
    }

    /** Names of the parts of a directory that are run. */
    static final ImmutableSet<String> PARTS =
            ImmutableSet.of("models", "adapters", "tokenizers", "configs", "bad");
}
