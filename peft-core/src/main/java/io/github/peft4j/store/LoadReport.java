package io.github.peft4j.store;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What making or loading an adapter found.
 *
 * @param missingKeys tensors of the adapter that the file lacks; they keep their values
 * @param unexpectedKeys tensors of the file that no part of the adapter takes
 * @param warnings everything that is odd in words, logged too
 * @param folder where the adapter was loaded from; null for one that was made here
 * @param tensors where each tensor of the file went: its name there, and the adapter's key
 * @param effect whether it changes what the base computes
 */
public record LoadReport(
        List<String> missingKeys,
        List<String> unexpectedKeys,
        List<String> warnings,
        @Nullable Path folder,
        Map<String, String> tensors,
        Effect effect) {

    /** Copies the collections. */
    public LoadReport {
        missingKeys = ImmutableList.copyOf(missingKeys);
        unexpectedKeys = ImmutableList.copyOf(unexpectedKeys);
        warnings = ImmutableList.copyOf(warnings);
        tensors = ImmutableMap.copyOf(tensors);
    }

    /** The report on an adapter that was made here: nothing can be missing. */
    public static LoadReport ofNew(List<String> warnings) {
        return new LoadReport(
                ImmutableList.of(),
                ImmutableList.of(),
                warnings,
                null,
                ImmutableMap.of(),
                Effect.NOT_ASKED);
    }

    /** The same with more tensors that the file lacks. */
    public LoadReport withMissing(Collection<String> keys) {
        List<String> all = ImmutableList.<String>builder().addAll(missingKeys).addAll(keys).build();
        return new LoadReport(all, unexpectedKeys, warnings, folder, tensors, effect);
    }

    /** The same with one more warning. */
    public LoadReport withWarning(String warning) {
        List<String> all = ImmutableList.<String>builder().addAll(warnings).add(warning).build();
        return new LoadReport(missingKeys, unexpectedKeys, all, folder, tensors, effect);
    }

    /** The same with what was found about its effect. */
    public LoadReport withEffect(Effect found) {
        return new LoadReport(missingKeys, unexpectedKeys, warnings, folder, tensors, found);
    }
}
