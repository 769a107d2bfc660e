package io.github.peft4j.io;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.exception.MalformedTensorFileException;
import java.nio.file.Path;
import java.util.Set;

/** The error for a name that a file does not hold. */
public final class UnknownTensor {

    private static final int MOST_LISTED = 10;

    private UnknownTensor() {}

    public static IllegalArgumentException in(Path where, String name, Set<String> known) {
        ImmutableList<String> listed =
                known.stream()
                        .sorted()
                        .limit(MOST_LISTED)
                        .map(MalformedTensorFileException::quote)
                        .collect(ImmutableList.toImmutableList());
        String more =
                known.size() > MOST_LISTED ? " and " + (known.size() - MOST_LISTED) + " more" : "";
        return new IllegalArgumentException(
                where
                        + " holds no tensor "
                        + MalformedTensorFileException.quote(name)
                        + ". It holds "
                        + listed
                        + more
                        + ". Ask names() for all of them.");
    }
}
