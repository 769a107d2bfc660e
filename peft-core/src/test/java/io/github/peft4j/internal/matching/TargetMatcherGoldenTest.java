package io.github.peft4j.internal.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.exception.NoMatchingModuleException;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.TargetModules;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.testkit.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of targets.json: names and options, and what real PEFT made of them. */
class TargetMatcherGoldenTest {

    private static final ImmutableList<String> RESULTS =
            ImmutableList.of("tree", "matched", "saved", "error", "stored_target_modules");

    /** Integers where names must be: refused when read, and in PEFT when it matches. */
    private static final ImmutableList<String> WRONG_TYPES =
            ImmutableList.of("\"target_modules\":[0]", "\"layers_to_transform\":[\"0\"]");

    record Row(int number, JsonObject json, MatchableModules model) {

        TargetMatch match() {
            return TargetMatcher.match(options(), model, ImmutableSet.of(LayerKind.LINEAR));
        }

        TargetModules options() {
            return ((LayerConfig) PeftConfig.fromJson(configJson())).targets();
        }

        String configJson() {
            JsonObject config = json.deepCopy();
            RESULTS.forEach(config::remove);
            config.addProperty("peft_type", "LORA");
            return config.toString();
        }

        boolean hasWrongType() {
            return WRONG_TYPES.stream().anyMatch(json.toString()::contains);
        }

        List<String> strings(String key) {
            return TargetMatcherGoldenTest.strings(json.getAsJsonArray(key));
        }

        @Override
        public String toString() {
            return number + " " + configJson();
        }
    }

    private static ImmutableList<Row> allRows() {
        JsonObject golden = Golden.json("targets.json");
        JsonObject trees = golden.getAsJsonObject("trees");
        JsonArray rows = golden.getAsJsonArray("rows");
        return IntStream.range(0, rows.size())
                .mapToObj(
                        i -> {
                            JsonObject row = rows.get(i).getAsJsonObject();
                            String tree = row.get("tree").getAsString();
                            List<String> layers = strings(trees.getAsJsonArray(tree));
                            return new Row(i, row, Modules.linear(layers));
                        })
                .collect(ImmutableList.toImmutableList());
    }

    static Stream<Row> matches() {
        return allRows().stream().filter(row -> !row.json().has("error"));
    }

    static Stream<Row> refusals() {
        return allRows().stream().filter(row -> row.json().has("error") && !row.hasWrongType());
    }

    static Stream<Row> wrongTypes() {
        return allRows().stream().filter(Row::hasWrongType);
    }

    private static List<String> strings(JsonArray array) {
        List<String> strings = new ArrayList<>();
        array.forEach(item -> strings.add(item.getAsString()));
        return strings;
    }

    @Test
    void coversEveryRow() {
        assertThat(allRows()).hasSize(330);
        assertThat(matches()).hasSize(234);
        assertThat(refusals()).hasSize(94);
        assertThat(wrongTypes()).hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("matches")
    void selectsWhatPeftSelects(Row row) {
        TargetMatch match = row.match();

        assertThat(ImmutableSortedSet.copyOf(match.adapted()))
                .containsExactlyElementsOf(row.strings("matched"));
        if (row.json().has("saved")) {
            // PEFT's wrapper of an outer module shows in the names of the inner ones
            List<String> saved =
                    row.strings("saved").stream()
                            .map(path -> path.replace(".modules_to_save.default", ""))
                            .sorted()
                            .toList();
            assertThat(ImmutableSortedSet.copyOf(match.saved())).containsExactlyElementsOf(saved);
        } else {
            assertThat(match.saved()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("matches")
    void storesTheTargetsThatPeftStores(Row row) {
        TargetModules stored =
                row.json().has("stored_target_modules")
                        ? row.options()
                                .withTargetModules(
                                        OneOrMany.many(row.strings("stored_target_modules")))
                        : row.options();

        assertThat(row.match().targets()).isEqualTo(stored);
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusesWhatPeftRefusesForTheSameReason(Row row) {
        boolean noMatch = row.json().get("error").getAsString().equals("NoMatchingPeftModuleError");

        assertThatThrownBy(row::match)
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(
                        thrown ->
                                assertThat(thrown instanceof NoMatchingModuleException)
                                        .isEqualTo(noMatch))
                .hasMessageContaining("modules");
    }

    @ParameterizedTest
    @MethodSource("wrongTypes")
    void refusesIntegersForNamesWhenReading(Row row) {
        assertThatThrownBy(row::options)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("but must be");
    }
}
