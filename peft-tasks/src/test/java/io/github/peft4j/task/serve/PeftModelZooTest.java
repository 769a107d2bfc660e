package io.github.peft4j.task.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Model;
import ai.djl.ModelException;
import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.nlp.qa.QAInput;
import ai.djl.modality.nlp.translator.NamedEntity;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.translate.TextClassificationTranslator;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.LeakCheck;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class PeftModelZooTest {

    private static final ImmutableList<String> TEXTS =
            ImmutableList.of("The boats came back before noon.", "Who paid?");
    private static final ImmutableList<String> PASSAGES =
            ImmutableList.of("Nine of them, said the clerk.", "The report doesn't say who.");
    private static final Path CLASSIFIER = Golden.path("adapters/lora-seqcls-bert");

    private static Criteria.Builder<?, ?> of(String checkpoint) {
        return Criteria.builder()
                .optModelZoo(new PeftModelZoo(Golden.path("models/" + checkpoint)));
    }

    private static Criteria.Builder<String, Classifications> classifier() {
        return of("bert-seqcls")
                .setTypes(String.class, Classifications.class)
                .optEngine("PyTorch")
                .optArgument("task", "SEQ_CLS");
    }

    private static <I, O> List<O> ask(Criteria.Builder<I, O> criteria, List<I> inputs)
            throws IOException, ModelException, TranslateException {
        try (ZooModel<I, O> model = criteria.build().loadModel();
                Predictor<I, O> predictor = model.newPredictor()) {
            List<O> batch = predictor.batchPredict(inputs);
            assertThat(predictor.batchPredict(ImmutableList.of())).isEmpty();
            return batch;
        }
    }

    /** What the library says without a zoo; Python's numbers hold it elsewhere. */
    private static List<Classifications> expected(String adapter)
            throws IOException, TranslateException {
        Path checkpoint = Golden.path("models/bert-seqcls");
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint);
                TransformerModel base = Transformers.load(checkpoint, TaskType.SEQ_CLS);
                PeftModel peft = PeftModels.fromPretrained(base, Golden.path(adapter));
                Model model = Model.newInstance("classifier", "PyTorch")) {
            model.setBlock(peft);
            try (Predictor<String, Classifications> predictor =
                    model.newPredictor(
                            TextClassificationTranslator.builder(tokenizer, base).build())) {
                return predictor.batchPredict(TEXTS);
            }
        }
    }

    private static void assertClose(List<Classifications> actual, List<Classifications> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            for (String name : expected.get(i).getClassNames()) {
                assertThat(actual.get(i).get(name).getProbability())
                        .isCloseTo(expected.get(i).get(name).getProbability(), within(1e-6));
            }
        }
    }

    @Test
    void classifiesWithAnAdapterMergedOrNot() throws Exception {
        List<Classifications> expected = expected("adapters/lora-seqcls-bert");

        assertClose(ask(classifier().optArgument("adapter", CLASSIFIER), TEXTS), expected);
        // the task is that of the adapter, and arguments may be text
        assertClose(
                ask(
                        of("bert-seqcls")
                                .setTypes(String.class, Classifications.class)
                                .optArgument("adapter", CLASSIFIER.toString())
                                .optArgument("merge", "true"),
                        TEXTS),
                expected);
        assertThat(ask(classifier(), TEXTS).get(0).get("LABEL_0").getProbability())
                .isNotCloseTo(expected.get(0).get("LABEL_0").getProbability(), within(1e-3));
    }

    @Test
    void servesWhatItWasAskedToServe() throws Exception {
        try (var bare = classifier().build().loadModel();
                var adapted = classifier().optArgument("adapter", CLASSIFIER).build().loadModel();
                var merged =
                        classifier()
                                .optArgument("adapter", CLASSIFIER)
                                .optArgument("merge", true)
                                .build()
                                .loadModel()) {
            assertThat(bare.getBlock()).isInstanceOf(TransformerModel.class);
            assertThat(adapted.getBlock()).isInstanceOf(PeftModel.class);
            assertThat(merged.getBlock()).isInstanceOf(MergedModel.class);
            assertThat(adapted.getProperty("task")).isEqualTo("SEQ_CLS");
        }
    }

    @Test
    void switchesBetweenSeveralAdapters() throws Exception {
        Path two = Golden.path("adapters/lora-rank-pattern");
        Object[] forms = {
            "first=" + CLASSIFIER + ", second=" + two,
            ImmutableMap.of("first", CLASSIFIER, "second", two)
        };
        for (Object form : forms) {
            try (var model = classifier().optArgument("adapter", form).build().loadModel();
                    var predictor = model.newPredictor()) {
                PeftModel peft = (PeftModel) model.getBlock();
                assertThat(peft.activeAdapters()).containsExactly("first");
                assertClose(predictor.batchPredict(TEXTS), expected("adapters/lora-seqcls-bert"));

                peft.setAdapter("second");
                assertClose(predictor.batchPredict(TEXTS), expected("adapters/lora-rank-pattern"));
            }
        }
    }

    @Test
    void namesTheLabelsAsToldAndCutsTexts() throws Exception {
        List<Classifications> answers =
                ask(
                        classifier()
                                .optArgument("adapter", CLASSIFIER)
                                .optArgument("labels", "bad, so-so, good")
                                .optArgument("maxLength", 3),
                        List.of("The boats", "The nine"));

        assertThat(answers.get(0).getClassNames()).containsExactly("bad", "so-so", "good");
        for (String label : List.of("bad", "so-so", "good")) {
            assertThat(answers.get(0).get(label).getProbability())
                    .isCloseTo(answers.get(1).get(label).getProbability(), within(1e-6));
        }
    }

    @Test
    void givesANumberForARegression() throws Exception {
        Criteria.Builder<String, Float> criteria =
                of("bert-seqcls-regression")
                        .setTypes(String.class, Float.class)
                        .optArgument("adapter", Golden.path("adapters/lora-regression"));

        List<Float> numbers = ask(criteria, TEXTS);

        assertThat(numbers).hasSize(2).doesNotHaveDuplicates();
    }

    /** Probabilities of transformers' BertForTokenClassification with PEFT's adapter. */
    @Test
    void findsTheEntitiesThatPythonFinds() throws Exception {
        List<NamedEntity[]> found =
                ask(
                        of("bert-tokcls")
                                .setTypes(String.class, NamedEntity[].class)
                                .optArgument("adapter", Golden.path("adapters/lora-tokcls-bert")),
                        TEXTS);

        assertThat(found.get(0)).hasSize(21);
        double[] scores = {0.627859, 0.805112, 0.553668, 0.584877, 0.672081, 0.707744, 0.727768};
        int[] starts = {0, 1, 2, 4, 5, 7, 8};
        int[] ends = {1, 2, 3, 5, 7, 8, 9};
        NamedEntity[] second = found.get(1);
        assertThat(second).hasSameSizeAs(scores);
        for (int i = 0; i < scores.length; i++) {
            assertThat(second[i].getEntity()).isEqualTo("LABEL_2");
            assertThat((double) second[i].getScore()).isCloseTo(scores[i], within(1e-5));
            assertThat(second[i].getStart()).isEqualTo(starts[i]);
            assertThat(second[i].getEnd()).isEqualTo(ends[i]);
        }
    }

    @Test
    void joinsTheTokensOfAnEntityIfAsked() throws Exception {
        List<NamedEntity[]> found =
                ask(
                        of("bert-tokcls")
                                .setTypes(String.class, NamedEntity[].class)
                                .optArgument("adapter", Golden.path("adapters/lora-tokcls-bert"))
                                .optArgument("aggregation", "simple"),
                        TEXTS);

        assertThat(Arrays.stream(found.get(1)).map(NamedEntity::getEnd)).containsExactly(9);
    }

    /** Best spans of transformers' BertForQuestionAnswering, bare and with PEFT's adapter. */
    @Test
    void answersWhatPythonAnswersInPassagesOfAnyLength() throws Exception {
        String passage =
                (PASSAGES.get(0) + " " + PASSAGES.get(1) + " " + TEXTS.get(0) + " ").repeat(3);
        List<QAInput> questions =
                List.of(
                        new QAInput(TEXTS.get(0), PASSAGES.get(0)),
                        new QAInput(TEXTS.get(1), PASSAGES.get(1)),
                        new QAInput(TEXTS.get(1), passage));
        Criteria.Builder<QAInput, String> criteria =
                of("bert-qa")
                        .setTypes(QAInput.class, String.class)
                        .optArgument("task", TaskType.QUESTION_ANS);

        // spans of tokens, ", said the cler", "doesn't say wh" and "before n", to whole words
        assertThat(ask(criteria, questions))
                .containsExactly(", said the clerk", "doesn't say who", "before noon");
        assertThat(
                        ask(
                                criteria.optArgument(
                                        "adapter", Golden.path("adapters/lora-qa-bert")),
                                questions))
                .containsExactly(".", "doesn't say who.", "'t say");
    }

    @Test
    void embedsTextsAsTold() throws Exception {
        Path adapter = Golden.path("adapters/lora-feature-bert");
        List<float[]> plain = ask(embedder().optArgument("adapter", adapter), TEXTS);
        List<float[]> unit =
                ask(
                        embedder()
                                .optArgument("adapter", adapter)
                                .optArgument("pooling", "first_token")
                                .optArgument("normalize", "true"),
                        TEXTS);

        double squares = 0;
        for (float value : unit.get(1)) {
            squares += (double) value * value;
        }
        assertThat(squares).isCloseTo(1, within(1e-6));
        assertThat(plain.get(1)).hasSameSizeAs(unit.get(1)).isNotEqualTo(unit.get(1));
    }

    private static Criteria.Builder<String, float[]> embedder() {
        return of("bert-base")
                .setTypes(String.class, float[].class)
                .optArgument("task", "FEATURE_EXTRACTION");
    }

    @Test
    void writesWhatPythonWrites() throws Exception {
        for (Map.Entry<String, String> model :
                Map.of("llama-causal", "CAUSAL_LM", "t5-seq2seq", "SEQ_2_SEQ_LM").entrySet()) {
            Criteria.Builder<String, String> criteria =
                    of(model.getKey())
                            .setTypes(String.class, String.class)
                            .optArgument("task", model.getValue())
                            .optArgument("generation.max_new_tokens", "12")
                            .optArgument("generation.do_sample", false);
            List<String> expected =
                    continuations(
                            "models/" + model.getKey(), model.getKey().startsWith("t5") ? 1 : 24);

            assertThat(ask(criteria, TEXTS)).isEqualTo(expected);
            assertThat(ask(criteria, TEXTS.subList(1, 2))).isEqualTo(expected.subList(1, 2));
        }
    }

    /** Python's new tokens as text. */
    private static List<String> continuations(String model, int from) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Tokenizer tokenizer = Tokenizer.fromPretrained(Golden.path(model))) {
            NDArray ids =
                    Golden.tensors(manager, model + "/expected/text.safetensors", "gen.")
                            .get("greedy");
            long[] flat = ids.toLongArray();
            int width = (int) ids.getShape().get(1);
            List<String> texts = new ArrayList<>();
            for (int row = 0; row < TEXTS.size(); row++) {
                texts.add(
                        tokenizer.decode(
                                Arrays.copyOfRange(flat, row * width + from, (row + 1) * width),
                                true));
            }
            assertThat(texts).doesNotContain("").doesNotHaveDuplicates();
            return texts;
        }
    }

    @Test
    void writesWithAnAdapterActiveMergedOrDisabled() throws Exception {
        Criteria.Builder<String, String> criteria =
                of("llama-causal")
                        .setTypes(String.class, String.class)
                        .optArgument("task", "CAUSAL_LM")
                        .optArgument("generation.max_new_tokens", 8)
                        .optArgument("generation.do_sample", false);
        List<String> bare = ask(criteria, TEXTS);
        criteria.optArgument("adapter", Golden.path("adapters/lora-causal-llama"));
        List<String> adapted = ask(criteria, TEXTS);

        assertThat(adapted).isNotEqualTo(bare);
        assertThat(ask(criteria.optArgument("merge", true), TEXTS)).isEqualTo(adapted);
        try (ZooModel<String, String> model =
                        criteria.optArgument("merge", false).build().loadModel();
                Predictor<String, String> predictor = model.newPredictor();
                var off = ((PeftModel) model.getBlock()).disableAdapter()) {
            assertThat(predictor.batchPredict(TEXTS)).isEqualTo(bare);
        }
    }

    @Test
    void passesArraysThroughIfAsked() throws Exception {
        try (ZooModel<NDList, NDList> model =
                        of("bert-seqcls")
                                .setTypes(NDList.class, NDList.class)
                                .optArgument("adapter", CLASSIFIER)
                                .build()
                                .loadModel();
                Predictor<NDList, NDList> predictor = model.newPredictor();
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray ids = manager.create(new long[] {2, 5, 6, 3}, new Shape(1, 4));

            assertThat(predictor.predict(new NDList(ids, ids.onesLike())).get(0).getShape())
                    .isEqualTo(new Shape(1, 3));
        }
    }

    @Test
    void servesManyThreadsFromOneModel() throws Exception {
        List<Classifications> expected = expected("adapters/lora-seqcls-bert");
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (ZooModel<String, Classifications> model =
                classifier().optArgument("adapter", CLASSIFIER).build().loadModel()) {
            List<Future<List<Classifications>>> answers = new ArrayList<>();
            for (int thread = 0; thread < 2; thread++) {
                answers.add(
                        threads.submit(
                                () -> {
                                    try (var predictor = model.newPredictor()) {
                                        List<Classifications> last = List.of();
                                        for (int i = 0; i < 20; i++) {
                                            last = predictor.batchPredict(TEXTS);
                                        }
                                        return last;
                                    }
                                }));
            }
            for (Future<List<Classifications>> answer : answers) {
                assertClose(answer.get(), expected);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void freesEverythingWhenTheModelCloses() throws Exception {
        ask(classifier().optArgument("adapter", CLASSIFIER), TEXTS); // constants are made once
        ask(classifier().optArgument("adapter", CLASSIFIER).optArgument("merge", true), TEXTS);
        int before = LeakCheck.count();
        try (var model = classifier().optArgument("adapter", CLASSIFIER).build().loadModel()) {
            assertThat(LeakCheck.count()).isGreaterThan(before + 40);
            assertThat(model.getBlock()).isNotNull();
        }
        ask(classifier().optArgument("adapter", CLASSIFIER).optArgument("merge", true), TEXTS);

        assertThat(LeakCheck.count()).isEqualTo(before);
    }
}
