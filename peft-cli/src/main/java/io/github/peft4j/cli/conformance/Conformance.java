package io.github.peft4j.cli.conformance;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.cli.conformance.cases.CaseFinder;
import io.github.peft4j.cli.conformance.cases.ConformanceCase;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.model.BaseModels;
import io.github.peft4j.engine.Interruption;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.precision.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the cases of a directory. A part that is not there is passed over; a case counts as
 * unsupported if the library itself says that it lacks something, before anything was compared.
 *
 * @param directory laid out like the golden files: models, adapters, tokenizers, configs, bad,
 *     errors.json, targets.json
 * @param models further folder of base models, or null
 * @param only glob on case names, or null for all: {@code adapters/lora-*}, or without the part,
 *     {@code lora-*}; naming a folder takes all cases in it ({@code bert-base}, {@code errors})
 * @param write folder to save single adapters into again, or null
 * @param precision how the bases hold their weights
 */
public record Conformance(
        Path directory,
        @Nullable Path models,
        @Nullable String only,
        @Nullable Path write,
        Precision precision) {

    /**
     * Runs the cases and gives out a line for each, then a line with the counts.
     *
     * @return whether nothing failed
     */
    public boolean run(Consumer<String> lines) throws IOException {
        Map<CaseResult.Status, Integer> counts = new EnumMap<>(CaseResult.Status.class);
        for (ConformanceCase one : cases()) {
            Interruption.check("The run over the cases");
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
        CaseNames names = CaseNames.matching(only);
        return CaseFinder.find(directory, new BaseModels(folders.build(), precision), write)
                .stream()
                .filter(one -> names.contain(one.name()))
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
}
