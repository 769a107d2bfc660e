package io.github.peft4j.task.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.data.text.LabeledTextReader;
import io.github.peft4j.task.data.text.ProblemType;
import io.github.peft4j.task.data.text.TextDataset;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.LearningRateSchedule;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From a table of several labels, or of numbers, to the losses that Python has on it. */
class TableTrainingTest {

    private static final Path TABLES = Folders.resource("tables");

    private static TextDataset read(String table) throws IOException {
        LabeledTextReader.Builder reader =
                table.equals("topics")
                        ? LabeledTextReader.any().optLabelColumn("topics").optLabelSeparator("|")
                        : LabeledTextReader.any().optProblemType(ProblemType.REGRESSION);
        return reader.build().read(TABLES.resolve(table + ".csv"));
    }

    private static LoadOptions options(TextDataset data) {
        return LoadOptions.builder()
                .optLabels(data.labels())
                .optProblemType(data.problemType().key())
                .addConfigOverride("hidden_dropout_prob", 0.0)
                .addConfigOverride("attention_probs_dropout_prob", 0.0)
                .build();
    }

    private static List<Double> losses(String table, String of) throws IOException {
        Path file = TABLES.resolve("losses.json");
        Object found =
                ((Map<?, ?>)
                                JsonValues.parseObject(Files.readString(file), file.toString())
                                        .get(table))
                        .get(of);
        return ((List<?>) found).stream().map(each -> (Double) each).toList();
    }

    private static TrainingArguments arguments(int steps, double rate) {
        return TrainingArguments.builder()
                .optMaxSteps(steps)
                .optMaxGradNorm(0)
                .optLearningRate(rate)
                .optWeightDecay(0)
                .optSchedule(LearningRateSchedule.CONSTANT)
                .optPerDeviceTrainBatchSize(8)
                .optLoggingSteps(1)
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "topics, bert-seqcls-multilabel, lora-multilabel",
        "scores, bert-seqcls-regression, lora-regression"
    })
    void losesWhatPythonLoses(String table, String model, String adapter) throws IOException {
        TextDataset data = read(table);
        Path folder = Golden.path("models/" + model);
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(folder);
                TransformerModel base = Transformers.load(folder, TaskType.SEQ_CLS, options(data));
                PeftModel peft =
                        PeftModels.fromPretrained(
                                base,
                                Golden.path("adapters/" + adapter),
                                PeftModel.DEFAULT_ADAPTER,
                                LoadAdapterOptions.builder().optTrainable(true).build())) {
            TokenDataset tokens = TokenDataset.of(tokenizer, data, EncodeOptions.DEFAULT);
            PeftTrainer trainer = new PeftTrainer(peft, arguments(4, 1e-3));

            double evaluated = trainer.evaluate(tokens).get("loss");
            TrainingResult result = trainer.fit(tokens, null);

            assertThat(List.of(evaluated)).satisfies(each -> isNear(each, table, "evaluated"));
            List<Double> trained =
                    result.history().stream()
                            .filter(entry -> entry.figures().containsKey("loss"))
                            .map(entry -> entry.figures().get("loss"))
                            .toList();
            isNear(trained, table, "trained");
        }
    }

    private static void isNear(List<? extends Double> ours, String table, String of) {
        try {
            List<Double> theirs = losses(table, of);
            assertThat(ours).hasSameSizeAs(theirs);
            for (int i = 0; i < theirs.size(); i++) {
                double tolerance = theirs.get(i) * (i == 0 ? 1e-5 : 1e-4);
                assertThat(ours.get(i))
                        .as("%s %d", of, i)
                        .isCloseTo(theirs.get(i), within(tolerance));
            }
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    /** A head of its own for the labels of the file, on a base that knew others. */
    @ParameterizedTest
    @CsvSource({"topics, 4", "scores, 1"})
    void learnsAFreshHead(String table, int outputs) throws IOException {
        TextDataset data = read(table);
        Path folder = Golden.path("models/bert-seqcls");
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(folder);
                TransformerModel base = Transformers.load(folder, TaskType.SEQ_CLS, options(data));
                PeftModel peft =
                        PeftModels.getPeftModel(
                                base, LoraConfig.builder().optTaskType(TaskType.SEQ_CLS).build())) {
            TokenDataset tokens = TokenDataset.of(tokenizer, data, EncodeOptions.DEFAULT);
            PeftTrainer trainer = new PeftTrainer(peft, arguments(30, 1e-2));

            double before = trainer.evaluate(tokens).get("loss");
            trainer.fit(tokens, null);

            assertThat(trainer.evaluate(tokens).get("loss")).isLessThan(before / 2);
            assertThat(trainer.predict(tokens)[0]).hasSize(outputs);
            assertThat(base.labels()).isEqualTo(data.labels());
            assertThat(base.config().string("problem_type")).hasValue(data.problemType().key());
        }
    }

    @Test
    void makesFloatsOfSeveralLabelsAndNumbers() throws IOException {
        try (Tokenizer tokenizer =
                Tokenizer.fromPretrained(Golden.path("models/bert-seqcls-multilabel"))) {
            TokenBatch topics =
                    TokenDataset.of(tokenizer, read("topics"), EncodeOptions.DEFAULT).batch(0, 2);

            HostArray labels = topics.columns().get(ModelInput.LABELS);
            assertThat(labels)
                    .isInstanceOfSatisfying(
                            HostArray.Float32.class,
                            floats -> {
                                assertThat(floats.shape().getShape()).containsExactly(2, 4);
                                assertThat(floats.values()).containsExactly(0, 0, 1, 1, 0, 0, 0, 0);
                            });
        }
    }

    @Test
    void refusesAProblemTypeThatDoesNotExist() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoadOptions.builder().optProblemType("multilabel"))
                .withMessage(
                        "problem_type 'multilabel' is unknown. Use one of [regression,"
                                + " single_label_classification, multi_label_classification].");
    }
}
