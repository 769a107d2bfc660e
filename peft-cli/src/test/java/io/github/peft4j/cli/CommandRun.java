package io.github.peft4j.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;

/**
 * What one call of the command line did.
 *
 * @param exitCode as the process would return it
 * @param out standard output
 * @param err standard error, with what libraries log there
 */
public record CommandRun(int exitCode, String out, String err) {

    /** Runs the command line in this process. */
    public static CommandRun of(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = new String[arguments.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = arguments[i].toString();
        }
        PrintStream before = System.err;
        ByteArrayOutputStream logged = new ByteArrayOutputStream();
        // Before the command line is made: picocli falls back to a stream that was exchanged later.
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
        int exitCode;
        try {
            CommandLine line = Main.commandLine();
            line.setOut(new PrintWriter(out, true));
            line.setErr(new PrintWriter(err, true));
            exitCode = line.execute(words);
        } finally {
            System.setErr(before);
        }
        return new CommandRun(
                exitCode, out.toString(), err + logged.toString(StandardCharsets.UTF_8));
    }

    /** A report that the command has written. */
    public static JsonObject json(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    }
}
