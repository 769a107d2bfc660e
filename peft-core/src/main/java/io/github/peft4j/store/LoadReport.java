package io.github.peft4j.store;

import com.google.common.collect.ImmutableList;

/**
 * What making or loading an adapter found.
 *
 * @param missingKeys tensors of the adapter that the file lacks; they keep their values
 * @param unexpectedKeys tensors of the file that no part of the adapter takes
 * @param warnings everything that is odd in words, logged too
 */
public record LoadReport(
        ImmutableList<String> missingKeys,
        ImmutableList<String> unexpectedKeys,
        ImmutableList<String> warnings) {

    /** The report on an adapter that was made here: nothing can be missing. */
    public static LoadReport ofNew(ImmutableList<String> warnings) {
        return new LoadReport(ImmutableList.of(), ImmutableList.of(), warnings);
    }
}
