package io.github.peft4j.transformers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/contributing/add-a-family.md names is there. */
class AddAFamilyTest {

    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
    private static final Pattern TYPE =
            Pattern.compile("@?([A-Z][A-Za-z0-9]+)(\\.\\w+)?(\\(\\))?s?");
    private static final Pattern FILE = Pattern.compile("[a-z0-9/-]+/[\\w-]+(/[\\w-]+)*\\.(py|md)");

    private static final String SEARCHED =
            "peft-core/src/main/java peft-core/src/test/java"
                    + " peft-tasks/src/main/java peft-tasks/src/test/java";

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("docs/contributing"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException("No docs above " + Path.of("").toAbsolutePath());
            }
        }
        return folder;
    }

    private static String page() throws IOException {
        return Files.readString(root().resolve("docs/contributing/add-a-family.md"));
    }

    private static Set<String> types() throws IOException {
        Set<String> types = new TreeSet<>(Set.of("NullMarked", "AutoService"));
        for (String folder : SEARCHED.split(" ", -1)) {
            try (Stream<Path> files = Files.walk(root().resolve(folder))) {
                types.addAll(
                        files.map(file -> file.getFileName().toString())
                                .filter(name -> name.endsWith(".java"))
                                .map(name -> name.substring(0, name.length() - 5))
                                .collect(Collectors.toSet()));
            }
        }
        return types;
    }

    @Test
    void namesTypesThatExist() throws IOException {
        Set<String> missing = new TreeSet<>();
        Set<String> types = types();
        int named = 0;
        Matcher code = CODE.matcher(page());
        while (code.find()) {
            Matcher type = TYPE.matcher(code.group(1));
            if (type.matches()
                    && !code.group(1).startsWith("AutoModel")
                    && !isUpper(code.group(1))) {
                named++;
                if (!types.contains(type.group(1))) {
                    missing.add(type.group(1));
                }
            }
        }

        assertThat(missing).isEmpty();
        assertThat(named).isGreaterThan(40);
    }

    private static boolean isUpper(String text) {
        return text.equals(text.toUpperCase(java.util.Locale.ROOT));
    }

    @Test
    void namesFilesThatExist() throws IOException {
        Matcher file = FILE.matcher(page());
        Set<String> named = new TreeSet<>();
        while (file.find()) {
            named.add(file.group());
        }

        assertThat(named).hasSizeGreaterThanOrEqualTo(2);
        assertThat(named).allSatisfy(name -> assertThat(root().resolve(name)).exists());
    }

    @Test
    void quotesTheSmallestFamily() throws IOException {
        String page = page();
        int start = page.indexOf("```java\n") + "```java\n".length();
        String quoted = page.substring(start, page.indexOf("```", start));
        Path source =
                root().resolve(
                                "peft-tasks/src/main/java/io/github/peft4j/transformers/mistral/MistralFamily.java");

        assertThat(Files.readString(source)).contains(quoted);
    }

    @Test
    void saysHowManyLinesTheSmallestFamilyHas() throws IOException {
        Path source =
                root().resolve(
                                "peft-tasks/src/main/java/io/github/peft4j/transformers/mistral/MistralFamily.java");

        assertThat(page()).contains("of forty lines");
        assertThat(Files.readAllLines(source)).hasSizeBetween(35, 45);
    }
}
