package io.github.peft4j.task.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.modality.Classifications;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import com.google.common.primitives.Floats;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.folder.AdapterFolder;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderPredictorTest {

    private static final Path BASE = Golden.path("models/bert-seqcls");
    private static final Path ADAPTER = Golden.path("adapters/lora-seqcls-bert");
    private static final List<String> TEXTS = List.of("Who paid?", "The boats sank.");

    private AdapterFolder folder;

    @BeforeEach
    void open() throws IOException {
        folder = AdapterFolder.load(ADAPTER, BASE);
    }

    @AfterEach
    void close() {
        folder.close();
    }

    private static List<List<Double>> numbers(List<Classifications> answers) {
        return answers.stream().map(Classifications::getProbabilities).toList();
    }

    @Test
    void answersAsDjlsModelZooDoes() throws Exception {
        Criteria<String, Classifications> criteria =
                Criteria.builder()
                        .setTypes(String.class, Classifications.class)
                        .optModelZoo(new PeftModelZoo(BASE))
                        .optArgument("adapter", ADAPTER)
                        .build();
        try (ZooModel<String, Classifications> zoo = criteria.loadModel();
                FolderPredictor<String, Classifications> predictor =
                        FolderPredictor.of(folder, String.class, Classifications.class)) {
            assertThat(numbers(predictor.batchPredict(TEXTS)))
                    .isEqualTo(numbers(zoo.newPredictor().batchPredict(TEXTS)));
        }
    }

    /** One adapter for several labels at once, on a base that knows nothing of that. */
    @Test
    void readsScoresAsTheyWereLearned(@TempDir Path saved) throws Exception {
        LoadOptions several =
                LoadOptions.builder()
                        .optLabels("a", "b", "c")
                        .optProblemType("multi_label_classification")
                        .build();
        LoraConfig config =
                LoraConfig.builder()
                        .optTaskType(TaskType.SEQ_CLS)
                        .optInitLoraWeights(false)
                        .build();
        Path base = Golden.path("models/bert-base");
        List<Double> before;
        try (TransformerModel model = Transformers.load(base, TaskType.SEQ_CLS, several);
                PeftModel peft = PeftModels.getPeftModel(model, config)) {
            peft.savePretrained(saved);
            before = sigmoids(peft, base);
        }
        try (AdapterFolder again = AdapterFolder.load(saved);
                FolderPredictor<String, Classifications> predictor =
                        FolderPredictor.of(again, String.class, Classifications.class)) {
            Classifications answer = predictor.predict(TEXTS.get(0));
            for (int i = 0; i < before.size(); i++) {
                String label = again.labels().get(i);
                assertThat(answer.get(label).getProbability())
                        .isCloseTo(before.get(i), within(1e-5));
            }
        }
        LoadOptions one = LoadOptions.builder().optLabels("a", "b", "c").build();
        try (TransformerModel other = Transformers.load(base, TaskType.SEQ_CLS, one);
                PeftModel peft = PeftModels.fromPretrained(other, saved)) {
            assertThat(peft.loadReport("default").warnings().toString())
                    .contains(
                            "problem_type 'multi_label_classification', the base has 'single_label_")
                    .contains("AdapterFolder.load");
        }
    }

    /** What a base means that says nothing is no contradiction. */
    @Test
    void saysNothingOfTheUsualProblem(@TempDir Path saved) throws Exception {
        Path base = Golden.path("models/bert-base");
        LoadOptions said =
                LoadOptions.builder()
                        .optLabels("a", "b", "c")
                        .optProblemType("single_label_classification")
                        .build();
        LoraConfig config =
                LoraConfig.builder()
                        .optTaskType(TaskType.SEQ_CLS)
                        .optInitLoraWeights(false)
                        .build();
        try (TransformerModel model = Transformers.load(base, TaskType.SEQ_CLS, said);
                PeftModel peft = PeftModels.getPeftModel(model, config)) {
            peft.savePretrained(saved);
        }
        LoadOptions unsaid = LoadOptions.builder().optLabels("a", "b", "c").build();
        try (TransformerModel model = Transformers.load(base, TaskType.SEQ_CLS, unsaid);
                PeftModel peft = PeftModels.fromPretrained(model, saved)) {
            assertThat(peft.loadReport("default").warnings()).isEmpty();
        }
    }

    private static List<Double> sigmoids(PeftModel model, Path base) throws IOException {
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(base);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            TokenDataset row =
                    TokenDataset.unlabeled(
                            tokenizer,
                            List.of(TextInput.of(TEXTS.get(0))),
                            EncodeOptions.truncatedTo(64));
            float[] scores = model.forward(row.batch(0).toInput(manager)).logits().toFloatArray();
            return Floats.asList(scores).stream().map(x -> 1 / (1 + Math.exp(-x))).toList();
        }
    }

    @Test
    void leavesTheFolderOpen() throws Exception {
        List<List<Double>> first;
        try (FolderPredictor<String, Classifications> predictor =
                FolderPredictor.of(folder, String.class, Classifications.class)) {
            first = numbers(predictor.batchPredict(TEXTS));
        }
        try (FolderPredictor<String, Classifications> predictor =
                FolderPredictor.of(folder, String.class, Classifications.class)) {
            assertThat(numbers(predictor.batchPredict(TEXTS))).isEqualTo(first);
        }
    }

    @Test
    void takesArgumentsOverWhatTheFolderSays() throws Exception {
        String text = "Who paid for the boats that sank?";
        try (FolderPredictor<String, Classifications> whole =
                        FolderPredictor.of(folder, String.class, Classifications.class);
                FolderPredictor<String, Classifications> cut =
                        FolderPredictor.of(
                                folder,
                                String.class,
                                Classifications.class,
                                Map.of("maxLength", 3))) {
            assertThat(cut.predict(text).getProbabilities())
                    .isNotEqualTo(whole.predict(text).getProbabilities());
        }
    }

    @Test
    void refusesTypesAndArgumentsOfOtherTasks() {
        assertThatThrownBy(() -> FolderPredictor.of(folder, String.class, float[].class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SEQ_CLS")
                .hasMessageContaining("String to Classifications");
        assertThatThrownBy(
                        () ->
                                FolderPredictor.of(
                                        folder,
                                        String.class,
                                        Classifications.class,
                                        Map.of("maxLenght", 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxLenght");
    }
}
