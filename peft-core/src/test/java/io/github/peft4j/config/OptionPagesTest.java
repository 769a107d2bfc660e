package io.github.peft4j.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.json.PythonJson;
import io.github.peft4j.matching.TargetOptions;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The table of options in each method's page is that of its config. {@code -Dpeft.write=true}
 * writes the tables.
 */
class OptionPagesTest {

    private static final Path PAGES =
            Golden.path("").resolve("../../../../../docs/methods").normalize();

    private static final String START = "<!-- options -->\n";
    private static final String END = "<!-- end of options -->\n";

    /** Pages that are not called as their method in lower case. */
    private static final ImmutableMap<String, String> NAMES =
            ImmutableMap.of("LN_TUNING", "ln-tuning", "P_TUNING", "p-tuning");

    static Stream<ConfigType<?>> types() {
        return ConfigContractTest.defaults().map(PeftConfig::type);
    }

    @ParameterizedTest
    @MethodSource("types")
    void isThatOfTheConfig(ConfigType<?> type) throws IOException {
        Path file = PAGES.resolve(page(type.peftType().name()) + ".md");
        String page = Files.readString(file);
        assertThat(page).as("%s has no room for the table of options", file).contains(START, END);
        int start = page.indexOf(START) + START.length();
        int end = page.indexOf(END);
        String table = table(type);

        if (Boolean.getBoolean("peft.write")) {
            Files.writeString(file, page.substring(0, start) + table + page.substring(end));
            return;
        }

        assertThat(page.substring(start, end))
                .as(
                        "options in %s; write them with mvn test -pl peft-core"
                                + " -Dtest=OptionPagesTest -Dpeft.write=true",
                        file)
                .isEqualTo(table);
    }

    private static String page(String method) {
        return NAMES.getOrDefault(method, method.toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    private static String table(ConfigType<?> type) {
        StringBuilder table =
                new StringBuilder("| option | type | default | |\n|---|---|---|---|\n");
        type.options().stream()
                .filter(option -> !CommonOptions.ALL.contains(option))
                .sorted(Comparator.comparing(TargetOptions.ALL::contains)) // the method's own first
                .forEach(option -> table.append(row(option)));
        return table.toString();
    }

    private static <T> String row(Option<T> option) {
        Object standard = option.standard().map(option.type()::toJson).orElse(null);
        String json = PythonJson.write(standard).replaceAll("\\s*\\n\\s*", " ");
        String later = option.runs() ? "" : " (kept in files; not run by this version)";
        return "| `%s` | %s | `%s` | %s%s |%n"
                .formatted(option.key(), option.type().name(), json, option.meaning(), later)
                .replace(System.lineSeparator(), "\n");
    }
}
