package io.github.peft4j.cli.console;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;

/** Whether a person sits in front of this process. */
final class Terminal {

    private Terminal() {}

    /**
     * Whether standard input and output are both a terminal. {@code TERM=dumb} counts as none: such
     * a terminal cannot redraw a line.
     */
    @SuppressWarnings("SystemConsoleNull") // isTerminal() below is for Java 22 and later
    static boolean isInteractive() {
        Console console = System.console();
        return console != null
                && isTerminal(console)
                && !"dumb".equals(System.getenv().getOrDefault("TERM", ""));
    }

    /** From Java 22 on there is a console without a terminal, which says so itself. */
    private static boolean isTerminal(Console console) {
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }
}
