package io.github.peft4j.cli.methods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.Iterables;
import io.github.peft4j.config.PeftMethods;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The table in docs/methods/README.md says what each method can do, and each of its cells is tried
 * here. {@code -Dpeft.write=true} writes the table.
 */
class MethodTableTest {

    private static final Path PAGES =
            Golden.path("").resolve("../../../../../docs/methods").normalize();
    private static final Path INDEX = PAGES.resolve("README.md");
    private static final String START = "<!-- table: written by MethodTableTest -->\n";
    private static final String END = "<!-- end -->";
    private static final String YES = "yes";
    private static final String NO = "–";

    @TempDir private static Path scratch;

    private static TrialPlaces places;
    private static ImmutableListMultimap<String, String> files;

    @BeforeAll
    static void loadWhatAllMethodsShare() throws IOException {
        places = new TrialPlaces();
        files = FilesThereAndBack.run(scratch);
    }

    @AfterAll
    static void close() {
        places.close();
    }

    @Test
    void theTableSaysWhatTheMethodsDid() throws IOException {
        String page = Files.readString(INDEX);
        String table = table();
        if (Boolean.getBoolean("peft.write")) {
            int start = page.indexOf(START) + START.length();
            int end = start + written(page).length();
            Files.writeString(INDEX, page.substring(0, start) + table + page.substring(end));
            return;
        }
        assertThat(written(page))
                .as(
                        "table of %s; write it with mvn test -pl peft-cli -am"
                                + " -Dtest=MethodTableTest"
                                + " -Dsurefire.failIfNoSpecifiedTests=false -Dpeft.write=true",
                        INDEX)
                .isEqualTo(table);
    }

    @Test
    void everyMethodHasAPageAndEveryPageStandsInTheIndex() throws IOException {
        String page = Files.readString(INDEX);
        String index = page.substring(0, page.indexOf(START));

        for (String method : PeftMethods.names()) {
            assertThat(PAGES.resolve(page(method))).exists();
        }
        try (Stream<Path> pages = Files.list(PAGES)) {
            List<String> others =
                    pages.filter(other -> !other.equals(INDEX))
                            .map(other -> "](" + other.getFileName() + ")")
                            .toList();
            assertThat(index).contains(others);
        }
    }

    @Test
    void aMethodThatNobodyTriedIsToldWhatToAdd() throws IOException {
        TrialPlace place = Iterables.getFirst(places.layers().values(), null);

        assertThatThrownBy(() -> SmallestConfigs.of("NEW_METHOD", place, scratch))
                .hasMessageContaining("NEW_METHOD has no row in SmallestConfigs")
                .hasMessageContaining("atLayer(\"{...}\")");
    }

    private static String table() throws IOException {
        List<String> head = new ArrayList<>();
        head.add("method");
        head.addAll(places.layers().keySet());
        head.addAll(List.of("whole call", "tasks", "merges", "mixed batch"));
        head.addAll(List.of("weighted", "to LoRA", "two-way"));
        StringBuilder table = new StringBuilder(row(head));
        table.append("|---".repeat(head.size())).append("|\n");
        for (String method : PeftMethods.names()) {
            table.append(row(cells(method)));
        }
        return table.toString();
    }

    private static List<String> cells(String method) throws IOException {
        List<String> cells = new ArrayList<>();
        List<MethodTrial> trials = new ArrayList<>();
        cells.add("[" + title(method) + "](" + page(method) + ")");
        List<String> unmerged = new ArrayList<>();
        List<String> unmixed = new ArrayList<>();
        List<String> noLora = new ArrayList<>();
        for (Map.Entry<String, TrialPlace> place : places.layers().entrySet()) {
            Optional<MethodTrial> trial = MethodTrial.run(method, place.getValue(), scratch);
            trial.ifPresent(trials::add);
            cells.add(word(trial.isPresent() && trial.get().atLayer()));
            if (trial.isPresent() && !trial.get().merges()) {
                unmerged.add(place.getKey());
            }
            if (trial.isPresent() && !trial.get().mixes()) {
                unmixed.add(place.getKey());
            }
            if (trial.isPresent() && !trial.get().becomesLora()) {
                noLora.add(place.getKey());
            }
        }
        List<TaskType> tasks = new ArrayList<>();
        for (TaskType task : TaskType.values()) {
            Optional<MethodTrial> trial = firstThatActs(method, places.of(task));
            trial.ifPresent(trials::add);
            if (trial.isPresent()) {
                tasks.add(task);
            }
        }
        assertThat(trials).as("places where %s acts", method).isNotEmpty();
        cells.add(word(trials.stream().anyMatch(MethodTrial::aroundCall)));
        cells.add(
                tasks.size() == TaskType.values().length
                        ? "all"
                        : "`" + Joiner.on("`, `").join(tasks) + "`");
        cells.add(allBut(trials.stream().anyMatch(MethodTrial::merges), unmerged));
        cells.add(allBut(trials.stream().anyMatch(MethodTrial::mixes), unmixed));
        cells.add(word(trials.stream().anyMatch(MethodTrial::sums)));
        cells.add(allBut(trials.stream().anyMatch(MethodTrial::becomesLora), noLora));
        cells.add(twoWay(method));
        return cells;
    }

    private static Optional<MethodTrial> firstThatActs(
            String method, ImmutableList<TrialPlace> candidates) throws IOException {
        for (TrialPlace place : candidates) {
            Optional<MethodTrial> trial = MethodTrial.run(method, place, scratch);
            if (trial.isPresent()) {
                return trial;
            }
        }
        return Optional.empty();
    }

    private static String allBut(boolean somewhere, List<String> places) {
        if (!somewhere) {
            return NO;
        }
        return places.isEmpty() ? YES : "all but " + Joiner.on(", ").join(places);
    }

    /** Every adapter of the method that came from Python went back as it was. */
    private static String twoWay(String method) {
        List<String> differences = new ArrayList<>(files.get(method));
        assertThat(differences).as("adapters of %s that Python saved", method).isNotEmpty();
        differences.removeIf(String::isEmpty);
        return differences.isEmpty() ? YES : "not: " + Joiner.on(", ").join(differences);
    }

    private static String word(boolean does) {
        return does ? YES : NO;
    }

    private static String row(List<String> cells) {
        return "| " + Joiner.on(" | ").join(cells) + " |\n";
    }

    private static String page(String method) {
        return method.toLowerCase(Locale.ROOT).replace('_', '-') + ".md";
    }

    /** The page's title, up to a colon. */
    private static String title(String method) throws IOException {
        String first = Files.readAllLines(PAGES.resolve(page(method))).get(0);
        return first.substring("# ".length()).split(":", 2)[0];
    }

    private static String written(String page) {
        int start = page.indexOf(START) + START.length();
        assertThat(start).as("the mark %s", START).isGreaterThanOrEqualTo(START.length());
        return page.substring(start, page.indexOf(END, start));
    }
}
