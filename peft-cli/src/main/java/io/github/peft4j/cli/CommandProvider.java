package io.github.peft4j.cli;

/**
 * Adds a command to {@code peft}. Implementations are found by {@link java.util.ServiceLoader}:
 * annotate a public class that has a public constructor without parameters with
 * {@code @AutoService(CommandProvider.class)} and put its jar on the class path.
 */
@FunctionalInterface
public interface CommandProvider {

    /**
     * A new command: an object whose class has picocli's {@code @Command} with a name that no other
     * command has. Called once for each start of the command line, so it should be cheap.
     */
    Object command();
}
