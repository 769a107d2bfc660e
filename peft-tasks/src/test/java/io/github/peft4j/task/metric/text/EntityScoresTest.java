package io.github.peft4j.task.metric.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import com.google.common.base.Splitter;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EntityScoresTest {

    private static List<String> tags(String row) {
        return Splitter.on(' ').splitToList(row);
    }

    private static String entities(String row) {
        StringBuilder shown = new StringBuilder();
        Entity.of(tags(row))
                .forEach(e -> shown.append(e.type() + " " + e.start() + "-" + e.end() + "; "));
        return shown.toString().trim();
    }

    @Test
    void readsTagsAsSeqevalDoes() {
        // seqeval 1.2.2, get_entities; its last word is inclusive
        Map<String, String> expected =
                Map.ofEntries(
                        Map.entry("O I-PER I-PER O", "PER 1-3;"),
                        Map.entry("B-PER I-LOC I-LOC", "PER 0-1; LOC 1-3;"),
                        Map.entry("I-PER B-PER I-PER", "PER 0-1; PER 1-3;"),
                        Map.entry("E-PER E-PER", "PER 0-1; PER 1-2;"),
                        Map.entry("S-LOC S-LOC I-LOC", "LOC 0-1; LOC 1-2; LOC 2-3;"),
                        Map.entry("B-PER E-PER I-PER", "PER 0-2; PER 2-3;"),
                        Map.entry("B I O I", "_ 0-2; _ 3-4;"),
                        Map.entry("B-PER I-PER E-PER E-PER O", "PER 0-3; PER 3-4;"),
                        Map.entry("I-a-b I-a-b I-a", "a-b 0-2; a 2-3;"),
                        Map.entry("O O", ""),
                        Map.entry("B-PER O I-PER B-LOC", "PER 0-1; PER 2-3; LOC 3-4;"),
                        Map.entry("S-PER I-PER", "PER 0-1; PER 1-2;"),
                        Map.entry("I-LOC S-LOC B-LOC", "LOC 0-1; LOC 1-2; LOC 2-3;"),
                        Map.entry("B- I-", "_ 0-2;"),
                        Map.entry("I-PER E-LOC I-LOC", "PER 0-1; LOC 1-2; LOC 2-3;"));

        expected.forEach((row, entities) -> assertThat(entities(row)).as(row).isEqualTo(entities));
        assertThat(Entity.of(List.of())).isEmpty();
    }

    @Test
    void agreesWithSeqevalOnRandomTags() throws IOException {
        JsonObject given;
        try (InputStream in = EntityScoresTest.class.getResourceAsStream("/metrics/seqeval.json")) {
            assertThat(in).isNotNull();
            given =
                    JsonParser.parseReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                            .getAsJsonObject();
        }
        JsonArray labels = given.getAsJsonArray("labels");
        EntityScores scores = new EntityScores();
        for (int row = 0; row < labels.size(); row++) {
            scores.update(
                    strings(given.getAsJsonArray("predicted").get(row)), strings(labels.get(row)));
            assertThat(Entity.of(strings(labels.get(row))))
                    .containsExactlyElementsOf(
                            given
                                    .getAsJsonArray("entities")
                                    .get(row)
                                    .getAsJsonArray()
                                    .asList()
                                    .stream()
                                    .map(JsonElement::getAsJsonArray)
                                    .map(
                                            e ->
                                                    new Entity(
                                                            e.get(0).getAsString(),
                                                            e.get(1).getAsInt(),
                                                            e.get(2).getAsInt() + 1))
                                    .toList());
        }

        assertThat(scores.micro().precision()).isCloseTo(number(given, "precision"), within(1e-15));
        assertThat(scores.micro().recall()).isCloseTo(number(given, "recall"), within(1e-15));
        assertThat(scores.micro().f1()).isCloseTo(number(given, "f1"), within(1e-15));
        assertThat(scores.macroF1()).isCloseTo(number(given, "macro_f1"), within(1e-15));
    }

    private static double number(JsonObject json, String key) {
        return json.get(key).getAsDouble();
    }

    private static List<String> strings(JsonElement array) {
        return array.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toList();
    }

    @Test
    void scoresEachTypeAndAllTogether() {
        EntityScores scores = new EntityScores();
        scores.update(tags("B-PER I-PER O B-ORG O"), tags("B-PER I-PER O B-LOC O"));
        scores.update(tags("O B-ORG I-ORG B-ORG O"), tags("O I-ORG I-ORG B-ORG O"));
        scores.update(tags("B-LOC O O"), tags("B-LOC I-LOC O"));
        scores.update(tags("O O B-LOC"), tags("B-MISC O O"));

        // seqeval's classification_report of these rows
        assertThat(scores.types()).containsExactly("LOC", "MISC", "ORG", "PER");
        assertThat(scores.ofType("LOC")).isEqualTo(new PrecisionRecall(0, 0));
        assertThat(scores.ofType("MISC").f1()).isZero();
        assertThat(scores.ofType("ORG")).isEqualTo(new PrecisionRecall(2.0 / 3, 1));
        assertThat(scores.ofType("ORG").f1()).isCloseTo(0.8, within(1e-15));
        assertThat(scores.ofType("PER")).isEqualTo(new PrecisionRecall(1, 1));
        assertThat(scores.ofType("none").f1()).isZero();
        assertThat(scores.support("ORG")).isEqualTo(2);
        assertThat(scores.micro()).isEqualTo(new PrecisionRecall(0.5, 0.5));
        assertThat(scores.macroF1()).isCloseTo(0.45, within(1e-15));
    }

    @Test
    void leavesIgnoredTokensOut() {
        List<String> names = List.of("O", "B-PER", "I-PER");
        EntityScores scores = new EntityScores();

        // without the ignored ones: predicted B I O, labels B I I
        scores.update(new int[] {0, 1, 0, 2, 0}, new int[] {-100, 1, -100, 2, 2}, names);
        scores.update(new int[] {1, 0, 2}, new int[] {1, -100, 2}, names);

        assertThat(scores.micro()).isEqualTo(new PrecisionRecall(0.5, 0.5));
    }

    @Test
    void refusesTagsAndLengthsThatDoNotFit() {
        EntityScores scores = new EntityScores();
        assertThatIllegalStateException()
                .isThrownBy(scores::micro)
                .withMessageContaining("0 rows of tags");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scores.update(tags("O"), tags("O O")))
                .withMessageContaining("1 predictions do not fit 2 labels");
        for (String tag : List.of("PER", "X-PER", "", "LOC", "Bad")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> scores.update(List.of(tag), List.of("O")))
                    .withMessageContaining("Tag '%s' is neither O", tag);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> scores.update(new int[] {2}, new int[] {0}, List.of("O", "B-PER")))
                .withMessageContaining("Prediction 2 is none of the 2 tags");
        // what was refused has not been counted
        assertThatIllegalStateException().isThrownBy(scores::macroF1);
    }
}
