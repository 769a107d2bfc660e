package io.github.peft4j.cli.inspect;

import io.github.peft4j.cli.console.ReportFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a command found, on its way out: text for people, and JSON for who asks for it. */
final class Shown {

    private Shown() {}

    /** Checks before the work that the JSON can be written. */
    static void requireWritable(@Nullable Path json) throws IOException {
        if (json != null) {
            ReportFile.requireWritable(json);
        }
    }

    /** Prints the text, and writes the JSON if a file is named. */
    static void print(Object text, PrintWriter out, Object values, @Nullable Path json)
            throws IOException {
        out.println(text);
        out.flush();
        if (json != null) {
            ReportFile.write(values, json);
        }
    }
}
