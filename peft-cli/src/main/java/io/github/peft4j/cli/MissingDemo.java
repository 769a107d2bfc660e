package io.github.peft4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Stands in for {@code demo}, whose data sets and models this module does not carry. */
@Command(
        name = "demo",
        hidden = true,
        description = "Run a demo; needs peft-examples on the class path.")
final class MissingDemo implements Callable<Integer> {

    /** Takes whatever follows, so that it is not refused before the text below is printed. */
    @Unmatched private final List<String> rest = new ArrayList<>();

    @Override
    public Integer call() {
        String command = ("demo " + String.join(" ", rest)).strip();
        throw new IllegalStateException(
                "'"
                        + command
                        + "' needs peft-examples, which is not on the class path. Add"
                        + " io.github.peft4j:peft-examples, or run ./peft in a clone of the"
                        + " repository.");
    }
}
