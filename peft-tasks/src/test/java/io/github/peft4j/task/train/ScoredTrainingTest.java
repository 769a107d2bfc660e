package io.github.peft4j.task.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.engine.Engine;
import com.google.common.primitives.Ints;
import com.google.common.primitives.Longs;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.RaggedInts;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.TokenPairs;
import io.github.peft4j.task.data.qa.Answer;
import io.github.peft4j.task.data.qa.AnswerFinder;
import io.github.peft4j.task.data.qa.Question;
import io.github.peft4j.task.data.qa.QuestionWindows;
import io.github.peft4j.task.data.text.TextPair;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.metric.Accuracy;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.train.config.LearningRateSchedule;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.config.TrainingArgumentsBuilder;
import io.github.peft4j.task.train.report.Evaluation;
import io.github.peft4j.task.train.report.LogEntry;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.task.train.score.AnswerScorer;
import io.github.peft4j.task.train.score.ClassScorer;
import io.github.peft4j.task.train.score.EntityScorer;
import io.github.peft4j.task.train.score.RetrievalScorer;
import io.github.peft4j.task.train.score.RougeScorer;
import io.github.peft4j.task.train.score.Scorer;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Trainings whose best checkpoint a scorer chooses. */
class ScoredTrainingTest {

    private static final ToyTokens TRAIN = ToyTokens.of(24, 1);
    private static final ToyTokens VALIDATION = ToyTokens.of(10, 2);

    private static TrainingArgumentsBuilder arguments(String figure) {
        return TrainingArguments.builder()
                .optMaxSteps(6)
                .optPerDeviceTrainBatchSize(4)
                .optPerDeviceEvalBatchSize(3)
                .optSchedule(LearningRateSchedule.CONSTANT)
                .optLearningRate(2e-2)
                .optEvalSteps(1)
                .optMetricForBestModel(figure)
                .optLoadBestModelAtEnd(true);
    }

    /** The figures of each evaluation, and the adapter as it was then. */
    private static final class Evaluations implements TrainerListener {

        private final PeftModel model;
        private final Map<Long, Map<String, byte[]>> tensors = new HashMap<>();

        Evaluations(PeftModel model) {
            this.model = model;
        }

        @Override
        public void onEvaluate(Evaluation evaluation) {
            tensors.put(evaluation.step(), ToyModels.bytes(model.trainableTensors()));
        }
    }

    private static double[] figures(TrainingResult result, String name) {
        return result.history().stream()
                .map(LogEntry::figures)
                .filter(figures -> figures.containsKey("eval_loss"))
                .mapToDouble(figures -> figures.get(name))
                .toArray();
    }

    private static int first(double[] figures, double best) {
        return IntStream.range(0, figures.length)
                .filter(i -> figures[i] == best)
                .findFirst()
                .orElseThrow();
    }

    /** Trains, and finds the adapter of the greatest figure in place. */
    private static TrainingResult bestIsChosen(
            PeftModel model, Scorer scorer, String figure, BatchSource train, BatchSource held)
            throws IOException {
        return bestIsChosen(model, arguments(figure), scorer, Objective.ofLabels(), train, held);
    }

    private static TrainingResult bestIsChosen(
            PeftModel model,
            TrainingArgumentsBuilder asked,
            Scorer scorer,
            Objective objective,
            BatchSource train,
            BatchSource held)
            throws IOException {
        Evaluations seen = new Evaluations(model);
        TrainingArguments arguments = asked.build();
        TrainingResult result =
                PeftTrainer.builder(model, arguments)
                        .optScorer(scorer)
                        .optObjective(objective)
                        .addListener(seen)
                        .build()
                        .fit(train, held);
        double[] figures = figures(result, "eval_" + arguments.metricForBestModel());
        assertThat(figures).hasSize(6);
        double best = Arrays.stream(figures).max().orElseThrow();
        int chosen = arguments.evalSteps() * (1 + first(figures, best));
        assertThat(result.bestMetric()).hasValue(best);
        assertThat(result.bestStep()).hasValue(chosen);
        assertThat(
                        ToyModels.same(
                                ToyModels.bytes(model.trainableTensors()),
                                seen.tensors.get((long) chosen)))
                .isTrue();
        return result;
    }

    private static PeftModel lora(TransformerModel base, TaskType task) {
        Engine.getEngine("PyTorch").setRandomSeed(1);
        return PeftModels.getPeftModel(
                base, LoraConfig.builder().optTaskType(task).optR(4).build());
    }

    private static void lossWouldChooseAnother(TrainingResult result) {
        double[] losses = figures(result, "eval_loss");
        int best = 1 + first(losses, Arrays.stream(losses).min().orElseThrow());
        assertThat(result.bestStep()).isNotEqualTo(OptionalLong.of(best));
    }

    /** The loss falls to the last step, and the figure is best after the second. */
    @Test
    void choosesAnotherCheckpointThanTheLossDoes() throws IOException {
        int[] evaluations = new int[1];
        Scorer second =
                predictions -> {
                    evaluations[0]++;
                    assertThat(predictions.size()).isEqualTo(10);
                    assertThat(predictions.logits()[9]).hasSize(3);
                    assertThat(predictions.labels(4)).containsExactly(VALIDATION.label(4));
                    return Map.of("eval_second", evaluations[0] == 2 ? 1.0 : 0.0);
                };
        try (TransformerModel base = ToyModels.base();
                PeftModel model = ToyModels.lora(base)) {
            TrainingResult result = bestIsChosen(model, second, "second", TRAIN, VALIDATION);

            lossWouldChooseAnother(result);
            assertThat(result.bestStep()).hasValue(2);
        }
    }

    @Test
    void endsATrainingThatDoesNotImprove() throws IOException {
        try (TransformerModel base = ToyModels.base();
                PeftModel model = ToyModels.lora(base)) {
            TrainingResult result =
                    PeftTrainer.builder(
                                    model,
                                    arguments("eval_constant").optEarlyStoppingPatience(2).build())
                            .optScorer(predictions -> Map.of("constant", 1.0))
                            .addMetric(Accuracy::new)
                            .build()
                            .fit(TRAIN, VALIDATION);

            assertThat(result.stoppedEarly()).isTrue();
            assertThat(result.steps()).isEqualTo(3);
        }
    }

    @Test
    void refusesFiguresThatAreNotThereOrThereTwice() throws IOException {
        try (TransformerModel base = ToyModels.base();
                PeftModel model = ToyModels.lora(base)) {
            PeftTrainer.Builder lambda =
                    PeftTrainer.builder(model, arguments("f1").build())
                            .optScorer(predictions -> Map.of("other", 1.0));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> lambda.build().fit(TRAIN, VALIDATION))
                    .withMessage(
                            "metric_for_best_model 'f1' is none of [loss, other]. Add the metric"
                                    + " with addMetric or optScorer, or name one of these.");
            PeftTrainer.Builder known =
                    PeftTrainer.builder(model, arguments("f1").build())
                            .optScorer(new ClassScorer(List.of("a", "b", "c")));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> known.build().fit(TRAIN, VALIDATION))
                    .withMessageContaining("is none of [loss, accuracy, f1_macro,");
            PeftTrainer.Builder twice =
                    PeftTrainer.builder(model, arguments("loss").build())
                            .optScorer(predictions -> Map.of("eval_loss", 1.0));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> twice.build().fit(TRAIN, VALIDATION))
                    .withMessageStartingWith(
                            "The scorer's figure 'eval_loss' is one of [loss] already.");
        }
    }

    @Test
    void classesChoose() throws IOException {
        try (TransformerModel base = ToyModels.base();
                PeftModel model = ToyModels.lora(base)) {
            bestIsChosen(
                    model,
                    new ClassScorer(List.of("a", "b", "c")),
                    "matthews_correlation",
                    TRAIN,
                    VALIDATION);
        }
    }

    private static TokenDataset tagged(Tokenizer tokenizer, String... texts) {
        TokenDataset.Builder rows = TokenDataset.builder(tokenizer, EncodeOptions.DEFAULT);
        RaggedInts.Builder labels = RaggedInts.builder();
        for (String text : texts) {
            int[] ids = Ints.toArray(Longs.asList(tokenizer.encode(text).ids()));
            rows.add(ids, new int[ids.length]);
            labels.add(
                    IntStream.range(0, ids.length)
                            .map(i -> i == 0 ? -100 : (ids[i] + i) % 3)
                            .toArray());
        }
        return rows.optTokenLabels(labels.build(), 3).build();
    }

    @Test
    void entitiesChoose() throws IOException {
        try (TransformerModel base =
                        Transformers.load(Golden.path("models/bert-tokcls"), TaskType.TOKEN_CLS);
                Tokenizer tokenizer = Tokenizer.fromPretrained(Golden.path("models/bert-tokcls"));
                PeftModel model = lora(base, TaskType.TOKEN_CLS)) {
            List<String> tags = new ArrayList<>(List.of("O", "B-PER", "I-PER"));
            for (int i = 3; i < base.labels().size(); i++) {
                tags.add("B-T" + i);
            }
            TrainingResult result =
                    bestIsChosen(
                            model,
                            new EntityScorer(tags),
                            "f1",
                            tagged(
                                    tokenizer,
                                    "one two three",
                                    "the old house",
                                    "a river",
                                    "in the town"),
                            tagged(tokenizer, "two houses stand", "one old town by a river"));
            lossWouldChooseAnother(result);
        }
    }

    @Test
    void answersChoose() throws IOException {
        List<Question> questions =
                List.of(
                        new Question(
                                "1",
                                "where?",
                                "the boat is in the river now",
                                List.of(new Answer("in the river", 12))),
                        new Question(
                                "2",
                                "what?",
                                "a town with an old house",
                                List.of(new Answer("house", 19))),
                        new Question("3", "who?", "nobody is in the town", List.of()));
        try (TransformerModel base =
                        Transformers.load(Golden.path("models/bert-qa"), TaskType.QUESTION_ANS);
                Tokenizer tokenizer = Tokenizer.fromPretrained(Golden.path("models/bert-qa"));
                PeftModel model = lora(base, TaskType.QUESTION_ANS)) {
            QuestionWindows windows = QuestionWindows.of(tokenizer, questions, 14, 2);
            assertThat(windows.size()).isGreaterThan(3);

            bestIsChosen(
                    model, new AnswerScorer(new AnswerFinder(30, true)), "f1", windows, windows);
        }
    }

    @Test
    void searchesChoose() throws IOException {
        LoraConfig config =
                LoraConfig.builder().optTaskType(TaskType.FEATURE_EXTRACTION).optR(4).build();
        List<TextPair> pairs =
                List.of(
                        new TextPair("one", "first"),
                        new TextPair("two", "second"),
                        new TextPair("three", "third"),
                        new TextPair("four", "fourth"));
        Engine.getEngine("PyTorch").setRandomSeed(1);
        try (TransformerModel base = Transformers.load(Golden.path("models/bert-sentence"));
                Tokenizer tokenizer =
                        Tokenizer.fromPretrained(Golden.path("models/bert-sentence"));
                PeftModel model = PeftModels.getPeftModel(base, config)) {
            TokenPairs texts = TokenPairs.of(tokenizer, pairs, EncodeOptions.DEFAULT);
            List<int[]> own = IntStream.range(0, 4).mapToObj(i -> new int[] {i}).toList();

            TrainingResult result =
                    bestIsChosen(
                            model,
                            arguments("ndcg@10"),
                            new RetrievalScorer(texts.firstTexts(), texts.secondTexts(), own),
                            (call, batch, scope) ->
                                    batch.size() < 2
                                            ? new InBatchNegatives()
                                                    .of(call, texts.batch(0, 1), scope)
                                            : new InBatchNegatives().of(call, batch, scope),
                            texts,
                            texts);
            lossWouldChooseAnother(result);
        }
    }

    @Test
    void writtenTextsChoose() throws IOException {
        try (TransformerModel base =
                        Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM);
                Tokenizer tokenizer = Tokenizer.fromPretrained(Golden.path("models/llama-causal"));
                PeftModel model = lora(base, TaskType.CAUSAL_LM)) {
            TokenDataset.Builder rows = TokenDataset.builder(tokenizer, EncodeOptions.DEFAULT);
            for (String text : List.of("one two three", "the town of the old", "a river")) {
                int[] ids = Ints.toArray(Longs.asList(tokenizer.encode(text).ids()));
                rows.add(ids, new int[ids.length]);
            }
            TokenDataset texts = rows.optTokensAsLabels().build();

            bestIsChosen(
                    model,
                    arguments("rougeL").optMaxSteps(60).optEvalSteps(10).optLearningRate(5e-2),
                    RougeScorer.of(
                            tokenizer,
                            List.of("one two", "the town"),
                            List.of("three", "of the old"),
                            GenerationConfig.builder().optMaxNewTokens(8).build()),
                    Objective.ofLabels(),
                    texts,
                    texts);
        }
    }
}
