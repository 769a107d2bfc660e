package io.github.peft4j.task.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.modality.Classifications;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import io.github.peft4j.task.folder.AdapterFolder;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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
