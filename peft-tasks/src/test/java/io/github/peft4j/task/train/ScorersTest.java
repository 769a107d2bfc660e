package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.metric.RetrievalScores;
import io.github.peft4j.task.train.score.ClassScorer;
import io.github.peft4j.task.train.score.EntityScorer;
import io.github.peft4j.task.train.score.MultiLabelScorer;
import io.github.peft4j.task.train.score.Predictions;
import io.github.peft4j.task.train.score.RougeScorer;
import io.github.peft4j.task.train.score.Scorer;
import io.github.peft4j.transformers.TransformerModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The figures are those that Python's packages compute. */
class ScorersTest {

    private static JsonObject expected;
    private static TransformerModel base;
    private static PeftModel model;

    @BeforeAll
    static void load() throws IOException {
        try (InputStream in = ScorersTest.class.getResourceAsStream("/metrics/scorers.json")) {
            expected =
                    new Gson()
                            .fromJson(
                                    new InputStreamReader(
                                            Objects.requireNonNull(in), StandardCharsets.UTF_8),
                                    JsonObject.class);
        }
        base = ToyModels.base();
        model = ToyModels.lora(base);
    }

    @AfterAll
    static void close() {
        model.close();
        base.close();
    }

    private static int[] numbers(JsonElement list) {
        return new Gson().fromJson(list, int[].class);
    }

    private static List<String> texts(JsonElement list) {
        return List.of(new Gson().fromJson(list, String[].class));
    }

    /** Logits that are highest for one class of each token. */
    private static float[] logits(int[] predicted, int classes) {
        float[] logits = new float[predicted.length * classes];
        for (int i = 0; i < predicted.length; i++) {
            for (int j = 0; j < classes; j++) {
                logits[i * classes + j] = j == predicted[i] ? 0.5f : -j;
            }
        }
        return logits;
    }

    private static HostArray whole(long... numbers) {
        return new HostArray.Int64(numbers, new Shape(1, numbers.length));
    }

    private static Predictions predictions(List<float[]> logits, List<HostArray> labels) {
        return new Predictions(
                model,
                ToyTokens.of(logits.size(), 1),
                Map.of("logits", logits.toArray(new float[0][])),
                labels.stream().map(Optional::of).toList());
    }

    private static void isAsExpected(Scorer scorer, Predictions predictions, String name) {
        ImmutableMap.Builder<String, Double> figures = ImmutableMap.builder();
        expected.getAsJsonObject(name)
                .getAsJsonObject("figures")
                .entrySet()
                .forEach(entry -> figures.put(entry.getKey(), entry.getValue().getAsDouble()));
        Map<String, Double> scored = scorer.score(predictions);
        figures.buildOrThrow()
                .forEach(
                        (figure, value) ->
                                assertThat(scored.get(figure))
                                        .as(figure)
                                        .isCloseTo(value, within(1e-12)));
        assertThat(scored.keySet()).containsExactlyElementsOf(scorer.names());
        assertThat(scored).hasSameSizeAs(figures.buildOrThrow());
    }

    /** Tokens without a label stand between the others, and padding behind them. */
    @Test
    void entitiesAreThoseOfSeqeval() {
        JsonObject tokens = expected.getAsJsonObject("tokens");
        List<String> tags = texts(tokens.get("tags"));
        List<float[]> logits = new ArrayList<>();
        List<HostArray> labels = new ArrayList<>();
        for (int i = 0; i < tokens.getAsJsonArray("labels").size(); i++) {
            int[] truth = numbers(tokens.getAsJsonArray("labels").get(i));
            int[] guess = numbers(tokens.getAsJsonArray("predicted").get(i));
            long[] spread = new long[2 * truth.length + 1];
            int[] guesses = new int[spread.length];
            Arrays.fill(spread, -100);
            Arrays.fill(guesses, 1);
            for (int j = 0; j < truth.length; j++) {
                spread[2 * j + 1] = truth[j];
                guesses[2 * j + 1] = guess[j];
            }
            logits.add(logits(guesses, tags.size()));
            labels.add(whole(spread));
        }

        isAsExpected(new EntityScorer(tags), predictions(logits, labels), "tokens");
    }

    @Test
    void classesAreThoseOfScikitLearn() {
        JsonObject classes = expected.getAsJsonObject("classes");
        List<float[]> logits = new ArrayList<>();
        List<HostArray> labels = new ArrayList<>();
        for (int guess : numbers(classes.get("predicted"))) {
            logits.add(logits(new int[] {guess}, 4));
        }
        for (int label : numbers(classes.get("labels"))) {
            labels.add(whole(label));
        }
        logits.add(logits(new int[] {1}, 4));
        labels.add(whole(-100));

        isAsExpected(
                new ClassScorer(List.of("a", "b", "c", "d")),
                predictions(logits, labels),
                "classes");
    }

    @Test
    void severalClassesATextAreThoseOfScikitLearn() {
        JsonObject multi = expected.getAsJsonObject("multi");
        List<float[]> logits = new ArrayList<>();
        List<HostArray> labels = new ArrayList<>();
        for (JsonElement guess : multi.getAsJsonArray("predicted")) {
            float[] row = new float[3];
            int[] classes = numbers(guess);
            IntStream.range(0, 3).forEach(i -> row[i] = classes[i] == 1 ? 0.1f : -0.1f);
            logits.add(row);
        }
        for (JsonElement label : multi.getAsJsonArray("labels")) {
            float[] row = new float[3];
            int[] classes = numbers(label);
            IntStream.range(0, 3).forEach(i -> row[i] = classes[i]);
            labels.add(new HostArray.Float32(row, new Shape(1, 3)));
        }

        isAsExpected(
                new MultiLabelScorer(List.of("a", "b", "c")), predictions(logits, labels), "multi");
    }

    @Test
    void writtenTextsAreThoseOfRougeScore() {
        JsonObject rouge = expected.getAsJsonObject("rouge");
        List<String> texts = texts(rouge.get("texts"));
        List<String> references = texts(rouge.get("references"));
        Predictions none = predictions(List.of(), List.of());

        isAsExpected(new RougeScorer(asked -> texts, references), none, "rouge");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RougeScorer(asked -> List.of("a"), references).score(none))
                .withMessage("1 texts do not fit 3 references. Give a prompt for each reference.");
    }

    /** Documents are axes, so that a query's numbers are its scores. */
    @Test
    void gainsOfASearchAreThoseOfScikitLearn() {
        JsonObject search = expected.getAsJsonObject("search");
        float[][] documents = new float[6][6];
        IntStream.range(0, 6).forEach(i -> documents[i][i] = 1);
        RetrievalScores scores = new RetrievalScores(documents);
        JsonArray relevant = search.getAsJsonArray("relevant");
        for (int i = 0; i < relevant.size(); i++) {
            float[] query =
                    new Gson().fromJson(search.getAsJsonArray("scores").get(i), float[].class);
            scores.update(query, numbers(relevant.get(i)));
        }
        JsonObject figures = search.getAsJsonObject("figures");

        assertThat(scores.ndcgAt(10))
                .isCloseTo(figures.get("ndcg@10").getAsDouble(), within(1e-12));
        assertThat(scores.ndcgAt(2)).isCloseTo(figures.get("ndcg@2").getAsDouble(), within(1e-12));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scores.ndcgAt(0))
                .withMessage("The first 0 documents hold nothing. Give k of 1 or more.");
    }

    @Test
    void saysWhatDoesNotFit() {
        Predictions tokens = predictions(List.of(new float[] {1, 2, 3, 4}), List.of(whole(0, 1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClassScorer(List.of("a", "b")).score(tokens))
                .withMessageStartingWith("Example 0 has 2 predictions and 2 labels, not one of");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClassScorer(List.of("a", "b", "c")).score(tokens))
                .withMessageStartingWith("4 logits are not those of 3 classes each.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MultiLabelScorer(List.of("a", "b")).score(tokens))
                .withMessageStartingWith("Example 0 has no labels that are numbers");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokens.field("start_logits"))
                .withMessage(
                        "Field 'start_logits' was not kept, only [logits]. Add it to the scorer's"
                                + " fields().");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EntityScorer(List.of("O", "O")))
                .withMessageStartingWith("Classes [O, O] cannot be scored.");
    }
}
