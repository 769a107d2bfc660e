package io.github.peft4j.task.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.TranslateException;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TextTranslatorsTest {

    private static final ImmutableList<String> TEXTS =
            ImmutableList.of(
                    "a good film", "bad", "the food was not good , and the room was bad !", "");

    private Tokenizer tokenizer;
    private TransformerModel base;
    private PeftModel peft;
    private Model model;

    @BeforeEach
    void load() throws IOException {
        Path checkpoint = Golden.path("models/bert-seqcls");
        tokenizer = Tokenizer.fromPretrained(checkpoint);
        base = Transformers.load(checkpoint, TaskType.SEQ_CLS);
        peft = PeftModels.fromPretrained(base, Golden.path("adapters/lora-seqcls-bert"));
        model = Model.newInstance("classifier", "PyTorch");
        model.setBlock(peft);
    }

    @AfterEach
    void close() {
        model.close();
        peft.close();
        base.close();
        tokenizer.close();
    }

    private TextClassificationTranslator translator() {
        return TextClassificationTranslator.builder(tokenizer, peft.base()).build();
    }

    /** Scores of one text, computed alone by the model itself. */
    private float[] logits(PeftModel of, String text) {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            TokenDataset one =
                    TokenDataset.unlabeled(
                            tokenizer, List.of(TextInput.of(text)), EncodeOptions.DEFAULT);
            return of.forward(one.batch(0).toInput(manager)).logits().toFloatArray();
        }
    }

    @Test
    void givesTheModelsProbabilitiesForOneTextAndForMany() throws TranslateException {
        try (Predictor<String, Classifications> predictor = model.newPredictor(translator())) {
            List<Classifications> batch = predictor.batchPredict(TEXTS);

            assertThat(batch).hasSize(TEXTS.size());
            for (int i = 0; i < TEXTS.size(); i++) {
                float[] logits = logits(peft, TEXTS.get(i));
                double sum = 0;
                for (float logit : logits) {
                    sum += Math.exp(logit);
                }
                Classifications single = predictor.predict(TEXTS.get(i));
                for (int label = 0; label < 3; label++) {
                    double expected = Math.exp(logits[label]) / sum;
                    String name = "LABEL_" + label;
                    assertThat(batch.get(i).get(name).getProbability())
                            .isCloseTo(expected, within(1e-6));
                    assertThat(single.get(name).getProbability()).isCloseTo(expected, within(1e-6));
                }
            }
            assertThat(predictor.batchPredict(List.of())).isEmpty();
        }
    }

    @Test
    void answersInSeveralThreadsAsInOne() throws Exception {
        TextClassificationTranslator shared = translator();
        List<String> expected;
        try (Predictor<String, Classifications> predictor = model.newPredictor(shared)) {
            expected = predict(predictor);
        }
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<List<String>>> results = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                results.add(
                        threads.submit(
                                () -> {
                                    try (Predictor<String, Classifications> own =
                                            model.newPredictor(shared)) {
                                        return predict(own);
                                    }
                                }));
            }
            for (Future<List<String>> result : results) {
                assertThat(result.get()).isEqualTo(expected);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<String> predict(Predictor<String, Classifications> predictor)
            throws TranslateException {
        List<String> answers = new ArrayList<>();
        for (String text : TEXTS) {
            answers.add(predictor.predict(text).getProbabilities().toString());
        }
        return answers;
    }

    @Test
    void leavesNoArrayBehind() throws TranslateException {
        try (Predictor<String, Classifications> predictor = model.newPredictor(translator())) {
            predictor.batchPredict(TEXTS);
            int before = arrays();
            for (int i = 0; i < 20; i++) {
                predictor.batchPredict(TEXTS);
            }

            assertThat(arrays()).isEqualTo(before);
        }
    }

    /** Open arrays of the whole process. */
    private int arrays() {
        return model.getNDManager().getParentManager().getManagedArrays().size();
    }

    @Test
    void recordsNoGraphAndLeavesTheThreadsModeAsItWas() throws Exception {
        List<Boolean> modes = new ArrayList<>();
        try (Gradients on = Gradients.on();
                Predictor<String, Classifications> predictor = model.newPredictor(translator());
                Predictor<String, Classifications> failing =
                        model.newPredictor(
                                TextClassificationTranslator.builder(tokenizer, peft.base())
                                        .optLabels(List.of("yes", "no"))
                                        .build())) {
            predictor.predict("good");
            modes.add(Gradients.isOn());
            assertThatThrownBy(() -> failing.predict("good"))
                    .isInstanceOf(TranslateException.class)
                    .hasMessageContaining("3 numbers a text for 2 labels [yes, no]");
            modes.add(Gradients.isOn());
        }

        assertThat(modes).containsExactly(true, true);
    }

    @Test
    void givesEachLabelItsOwnProbabilityWhereSeveralMayHold()
            throws IOException, TranslateException {
        Path checkpoint = Golden.path("models/bert-seqcls-multilabel");
        try (TransformerModel several = Transformers.load(checkpoint, TaskType.SEQ_CLS);
                Model djl = Model.newInstance("several", "PyTorch")) {
            djl.setBlock(several);
            try (Predictor<String, Classifications> predictor =
                    djl.newPredictor(
                            TextClassificationTranslator.builder(tokenizer, several).build())) {
                Classifications answer = predictor.predict("good");

                double[] expected = new double[several.labels().size()];
                try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
                    TokenDataset one =
                            TokenDataset.unlabeled(
                                    tokenizer,
                                    List.of(TextInput.of("good")),
                                    EncodeOptions.DEFAULT);
                    float[] logits =
                            several.forward(one.batch(0).toInput(manager)).logits().toFloatArray();
                    for (int i = 0; i < logits.length; i++) {
                        expected[i] = 1 / (1 + Math.exp(-logits[i]));
                    }
                }
                for (int i = 0; i < expected.length; i++) {
                    assertThat(answer.get(several.labels().get(i)).getProbability())
                            .isCloseTo(expected[i], within(1e-6));
                }
            }
        }
    }

    @Test
    void givesTheNumberOfARegression() throws IOException, TranslateException {
        Path checkpoint = Golden.path("models/bert-seqcls-regression");
        LoraConfig config = LoraConfig.builder().optTaskType(TaskType.SEQ_CLS).build();
        try (TransformerModel one = Transformers.load(checkpoint, TaskType.SEQ_CLS);
                PeftModel adapted = PeftModels.getPeftModel(one, config);
                Model djl = Model.newInstance("score", "PyTorch")) {
            djl.setBlock(adapted);
            try (Predictor<String, Float> predictor =
                    djl.newPredictor(new TextRegressionTranslator(tokenizer))) {
                assertThat(predictor.predict("good"))
                        .isCloseTo(logits(adapted, "good")[0], within(1e-6f));
                assertThat(predictor.batchPredict(TEXTS)).hasSize(4).doesNotHaveDuplicates();
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TextClassificationTranslator.builder(tokenizer, one).build())
                    .withMessageContaining("Use TextRegressionTranslator");
        }
    }
}
