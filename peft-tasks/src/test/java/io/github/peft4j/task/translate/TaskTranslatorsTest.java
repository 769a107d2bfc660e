package io.github.peft4j.task.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.modality.nlp.qa.QAInput;
import ai.djl.modality.nlp.translator.NamedEntity;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.PaddingStrategy;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TaskTranslatorsTest {

    private static final List<String> TEXTS = List.of("the boat", "boat", "the boat the boat the");

    private Tokenizer tokenizer;

    @BeforeEach
    void load() throws IOException {
        tokenizer = SmallTokenizer.load();
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    private int id(String token) {
        return tokenizer.tokenToId(token).orElseThrow();
    }

    private static <I, O> List<O> ask(Block block, Translator<I, O> translator, List<I> inputs)
            throws TranslateException {
        try (Model model = Model.newInstance("stub", "PyTorch")) {
            model.setBlock(block);
            try (Predictor<I, O> predictor = model.newPredictor(translator)) {
                List<O> batch = predictor.batchPredict(inputs);
                assertThat(predictor.batchPredict(List.of())).isEmpty();
                for (int i = 0; i < inputs.size(); i++) {
                    assertThat(predictor.predict(inputs.get(i)))
                            .usingRecursiveComparison()
                            .isEqualTo(batch.get(i));
                }
                return batch;
            }
        }
    }

    /** A model that gives an array for the ids alone; it looks for its tokens on its own. */
    private static Block reading(Function<NDArray, NDList> outputs) {
        return new LambdaBlock(inputs -> outputs.apply(inputs.get(0)));
    }

    private static NDArray is(NDArray ids, int token) {
        return ids.eq(token).toType(ai.djl.ndarray.types.DataType.FLOAT32, true).mul(5);
    }

    @Test
    void findsTheEntitiesOfEachTextOfABatch() throws TranslateException, IOException {
        try (TransformerModel base =
                Transformers.load(Golden.path("models/bert-seqcls"), TaskType.SEQ_CLS)) {
            Block boats =
                    reading(
                            ids ->
                                    new NDList(
                                            ids.onesLike()
                                                    .toType(is(ids, 0).getDataType(), true)
                                                    .stack(is(ids, id("boat")), -1)));
            List<NamedEntity[]> found =
                    ask(
                            boats,
                            TokenClassificationTranslator.builder(tokenizer, base)
                                    .optLabels(List.of("O", "B-SHIP"))
                                    .optAggregation(EntityAggregation.SIMPLE)
                                    .build(),
                            TEXTS);

            assertThat(found.get(0)).hasSize(1);
            assertThat(found.get(1)).hasSize(1);
            assertThat(found.get(2)).hasSize(2);
            NamedEntity second = found.get(2)[1];
            assertThat(second.getEntity()).isEqualTo("SHIP");
            assertThat(second.getStart()).isEqualTo(13);
            assertThat(second.getWord()).isEqualTo("boat");
            assertThat(second.getScore())
                    .isCloseTo((float) (1 / (1 + Math.exp(-4))), within(1e-6f));
            assertThatThrownBy(
                            () ->
                                    ask(
                                            boats,
                                            TokenClassificationTranslator.builder(tokenizer, base)
                                                    .build(),
                                            TEXTS))
                    .isInstanceOf(TranslateException.class)
                    .hasMessageContaining("tokens and 3 labels");
        }
    }

    @Test
    void answersEachQuestionOfABatch() throws TranslateException {
        Block boats = reading(ids -> new NDList(is(ids, id("boat")), is(ids, id("le"))));
        List<QAInput> questions =
                List.of(
                        new QAInput("the boat", "The boat leaves"),
                        new QAInput("the boat", "the the the boat le le the"));

        assertThat(ask(boats, QuestionAnsweringTranslator.builder(tokenizer).build(), questions))
                .containsExactly("boat leaves", "boat le");
        assertThat(
                        ask(
                                boats,
                                QuestionAnsweringTranslator.builder(tokenizer)
                                        .optAlignToWords(false)
                                        .build(),
                                questions))
                .containsExactly("boat le", "boat le");
        Block nothing = reading(ids -> new NDList(is(ids, id("[CLS]")), is(ids, id("[CLS]"))));
        assertThat(
                        ask(
                                nothing,
                                QuestionAnsweringTranslator.builder(tokenizer)
                                        .optHandleImpossibleAnswer(true)
                                        .build(),
                                questions))
                .containsExactly("", "");
    }

    @Test
    void findsAnswersThatAreFarIntoAPassage() throws TranslateException {
        Block boats = reading(ids -> new NDList(is(ids, id("boat")), is(ids, id("le"))));
        QuestionAnsweringTranslator translator =
                QuestionAnsweringTranslator.builder(tokenizer)
                        .optMaxLength(12)
                        .optStride(2)
                        .optAlignToWords(false)
                        .build();
        List<QAInput> questions =
                List.of(
                        new QAInput("the boat", "the ".repeat(50) + "boat le the"),
                        new QAInput("the boat", "boat le " + "the ".repeat(50)),
                        new QAInput("the boat", "the boat le"));

        assertThat(ask(boats, translator, questions))
                .containsExactly("boat le", "boat le", "boat le");
    }

    @Test
    void refusesQuestionsAndModelsThatHaveNoAnswer() {
        QuestionAnsweringTranslator translator =
                QuestionAnsweringTranslator.builder(tokenizer).build();
        Block one = reading(ids -> new NDList(is(ids, 2)));
        assertThatThrownBy(() -> ask(one, translator, List.of(new QAInput("who?", " "))))
                .hasMessageContaining("about passage ' ' cannot be answered");
        assertThatThrownBy(() -> ask(one, translator, List.of(new QAInput("who?", "boat"))))
                .hasMessageContaining("returns 1 arrays, not start_logits");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                QuestionAnsweringTranslator.builder(tokenizer)
                                        .optMaxAnswerLength(0)
                                        .build())
                .withMessageContaining("max_answer_len 0");
        EncodeOptions padded = EncodeOptions.builder().optPadding(PaddingStrategy.LONGEST).build();
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                TextEmbeddingTranslator.builder(tokenizer)
                                        .optEncodeOptions(padded)
                                        .build())
                .withMessageContaining("padding LONGEST");
    }

    @Test
    void embedsTheTextsOfABatchAsEachAlone() throws TranslateException, IOException {
        try (TransformerModel base =
                Transformers.load(Golden.path("models/bert-seqcls"), TaskType.FEATURE_EXTRACTION)) {
            for (Pooling pooling : Pooling.values()) {
                TextEmbeddingTranslator.Builder builder =
                        TextEmbeddingTranslator.builder(tokenizer).optPooling(pooling);
                List<float[]> plain = embed(base, builder.build());
                List<float[]> unit = embed(base, builder.optNormalize(true).build());

                for (int i = 0; i < TEXTS.size(); i++) {
                    double[] expected = expected(base, TEXTS.get(i), pooling);
                    double squares = 0;
                    for (double value : expected) {
                        squares += value * value;
                    }
                    assertThat(plain.get(i)).hasSameSizeAs(expected);
                    for (int k = 0; k < expected.length; k++) {
                        assertThat((double) plain.get(i)[k]).isCloseTo(expected[k], within(2e-6));
                        assertThat((double) unit.get(i)[k])
                                .isCloseTo(expected[k] / Math.sqrt(squares), within(2e-6));
                    }
                }
            }
        }
    }

    private static List<float[]> embed(TransformerModel base, TextEmbeddingTranslator translator)
            throws TranslateException {
        try (Model model = Model.newInstance("embedder", "PyTorch")) {
            model.setBlock(base);
            try (Predictor<String, float[]> predictor = model.newPredictor(translator)) {
                return predictor.batchPredict(TEXTS);
            }
        }
    }

    /** The vector of a text in a batch of its own, without padding. */
    private double[] expected(TransformerModel base, String text, Pooling pooling) {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Gradients off = Gradients.off()) {
            TokenDataset one =
                    TokenDataset.unlabeled(
                            tokenizer, List.of(TextInput.of(text)), EncodeOptions.DEFAULT);
            var output = base.forward(one.batch(0).toInput(manager));
            NDArray states = output.lastHiddenState().squeeze(0);
            NDArray vector =
                    switch (pooling) {
                        case MEAN -> states.mean(new int[] {0});
                        case FIRST_TOKEN -> states.get(0);
                        case POOLER ->
                                Objects.requireNonNull(
                                        output.arrays().get("pooler_output"), "pooler");
                    };
            float[] values = vector.toFloatArray();
            double[] wide = new double[values.length];
            for (int i = 0; i < values.length; i++) {
                wide[i] = values[i];
            }
            return wide;
        }
    }

    @Test
    void refusesToPoolWhatIsNoHiddenState() {
        Block flat =
                reading(
                        ids ->
                                new NDList(
                                        ids.getManager()
                                                .ones(new ai.djl.ndarray.types.Shape(1, 7))));
        assertThatThrownBy(
                        () ->
                                ask(
                                        flat,
                                        TextEmbeddingTranslator.builder(tokenizer).build(),
                                        List.of("the boat")))
                .hasMessageContaining("7 numbers for 4 tokens")
                .hasMessageContaining("FEATURE_EXTRACTION");
        assertThatThrownBy(
                        () ->
                                ask(
                                        flat,
                                        TextEmbeddingTranslator.builder(tokenizer)
                                                .optPooling(Pooling.POOLER)
                                                .build(),
                                        List.of("the boat")))
                .hasMessageContaining("has no pooler");
    }

    @Test
    void recordsNoGraph() throws TranslateException {
        List<Boolean> modes = new ArrayList<>();
        Block spy =
                reading(
                        ids -> {
                            modes.add(Gradients.isOn());
                            return new NDList(is(ids, 0).expandDims(-1));
                        });
        try (Gradients on = Gradients.on()) {
            ask(spy, TextEmbeddingTranslator.builder(tokenizer).build(), List.of("boat"));
            modes.add(Gradients.isOn());
        }

        assertThat(modes).containsExactly(false, false, true);
    }
}
