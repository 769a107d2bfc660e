package io.github.peft4j.cli.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.function.Function;

/**
 * Lets the user try a model with sentences of his own. Does nothing where nobody can type (input or
 * output is a file, a pipe, a build server), so a demo may always call it.
 */
public final class Interactive {

    private final boolean terminal;
    private final BufferedReader in;
    private final PrintWriter out;

    private Interactive(boolean terminal, BufferedReader in, PrintWriter out) {
        this.terminal = terminal;
        this.in = in;
        this.out = out;
    }

    /** Reads from this process's terminal and answers on {@code out}, if there is a terminal. */
    public static Interactive onTerminal(PrintWriter out) {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
        return new Interactive(Terminal.isInteractive(), in, out);
    }

    static Interactive of(boolean terminal, BufferedReader in, PrintWriter out) {
        return new Interactive(terminal, in, out);
    }

    /**
     * Asks for sentences and prints an answer to each, until an empty line or the end of the input.
     *
     * @param prompt what to type, such as {@code a sentence to judge}
     * @param answer from a sentence, without spaces around it, to the line to print
     */
    public void answer(String prompt, Function<String, String> answer) throws IOException {
        if (!terminal) {
            return;
        }
        out.println("Type " + prompt + "; an empty line ends.");
        while (true) {
            out.print("> ");
            out.flush();
            String line = in.readLine();
            if (line == null || line.isBlank()) {
                return;
            }
            out.println(answer.apply(line.strip()));
            out.flush();
        }
    }
}
