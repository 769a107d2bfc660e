package io.github.peft4j.store;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What making or loading an adapter found.
 *
 * @param missingKeys tensors of the adapter that the file lacks; they keep their values
 * @param unexpectedKeys tensors of the file that no part of the adapter takes
 * @param warnings everything that is odd in words, logged too
 * @param folder where the adapter was loaded from; null for one that was made here
 */
public record LoadReport(
        List<String> missingKeys,
        List<String> unexpectedKeys,
        List<String> warnings,
        @Nullable Path folder) {

    /** Copies the collections. */
    public LoadReport {
        missingKeys = ImmutableList.copyOf(missingKeys);
        unexpectedKeys = ImmutableList.copyOf(unexpectedKeys);
        warnings = ImmutableList.copyOf(warnings);
    }

    /** The report on an adapter that was made here: nothing can be missing. */
    public static LoadReport ofNew(List<String> warnings) {
        return new LoadReport(ImmutableList.of(), ImmutableList.of(), warnings, null);
    }
}
