package io.github.peft4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.config.option.Option;
import io.github.peft4j.json.PythonJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The options in a page of the documentation, between two marks. */
public final class OptionPage {

    private static final String START = "<!-- options -->\n";
    private static final String END = "<!-- end of options -->\n";

    private OptionPage() {}

    /**
     * A page has this text between its marks. {@code -Dpeft.write=true} writes it.
     *
     * @param command what writes it, for the message
     */
    public static void check(Path file, String text, String command) throws IOException {
        String page = Files.readString(file);
        assertThat(page).as("%s has no room for the table of options", file).contains(START, END);
        int start = page.indexOf(START) + START.length();
        int end = page.indexOf(END);
        if (Boolean.getBoolean("peft.write")) {
            Files.writeString(file, page.substring(0, start) + text + page.substring(end));
            return;
        }
        assertThat(page.substring(start, end))
                .as("options in %s; write them with %s", file, command)
                .isEqualTo(text);
    }

    /** A table with a row for each option. */
    public static String table(List<Option<?>> options) {
        StringBuilder table =
                new StringBuilder("| option | type | default | |\n|---|---|---|---|\n");
        options.forEach(option -> table.append(row(option)));
        return table.toString();
    }

    /** An option's default as JSON, in one line. */
    public static <T> String standard(Option<T> option) {
        Object standard = option.standard().map(option.type()::toJson).orElse(null);
        return PythonJson.write(standard).replaceAll("\\s*\\n\\s*", " ");
    }

    private static String row(Option<?> option) {
        String later = option.runs() ? "" : " (kept in files; not run by this version)";
        return "| `%s` | %s | `%s` | %s%s |\n"
                .formatted(
                        option.key(),
                        option.type().name(),
                        standard(option),
                        option.meaning(),
                        later);
    }
}
