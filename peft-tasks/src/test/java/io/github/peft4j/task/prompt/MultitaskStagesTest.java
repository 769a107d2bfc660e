package io.github.peft4j.task.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.multitask.MultitaskPromptTuningConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MultitaskStagesTest {

    private static final String TABLE = "prompt_embeddings";
    private static final String COLS = "prefix_task_cols";
    private static final String ROWS = "prefix_task_rows";
    private static final int TASKS = 3;

    @TempDir private Path source;
    private TransformerModel base;
    private Map<String, Parameter> learned;
    private PeftModel first;

    @BeforeEach
    void trainSource() throws IOException {
        base = Transformers.load(Golden.path("models/t5-seq2seq"), TaskType.SEQ_2_SEQ_LM);
        first = PeftModels.getPeftModel(base, config().optNumTasks(TASKS).build());
        learned = first.trainableTensors();
        first.savePretrained(source);
    }

    @AfterEach
    void close() {
        first.close();
        base.close();
    }

    private static MultitaskPromptTuningConfig.Builder config() {
        return MultitaskPromptTuningConfig.builder()
                .optTaskType(TaskType.SEQ_2_SEQ_LM)
                .setNumVirtualTokens(2)
                .optNumRanks(2);
    }

    private MultitaskPromptTuningConfig.Builder target(String init) {
        return config().optPromptTuningInit(init)
                .optPromptTuningInitStateDictPath(
                        source.resolve("adapter_model.safetensors").toString());
    }

    private static float[] numbers(Map<String, Parameter> tensors, String key) {
        return Tensors.get(tensors, key).getArray().toFloatArray();
    }

    @Test
    void takesOverPromptAndMeanOfAllTasks() {
        try (PeftModel second =
                        PeftModels.getPeftModel(base, target("AVERAGE_SOURCE_TASKS").build());
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            assertThat(numbers(second.trainableTensors(), TABLE))
                    .isEqualTo(numbers(learned, TABLE));
            for (String key : new String[] {COLS, ROWS}) {
                float[] all = numbers(learned, key);
                float[] mean = numbers(second.trainableTensors(), key);
                int size = all.length / TASKS;
                float[] expected = new float[size];
                for (int i = 0; i < all.length; i++) {
                    expected[i % size] += all[i] / TASKS;
                }
                Tensors.assertClose(scope.create(mean), scope.create(expected), 1e-6, key);
            }
        }
    }

    @Test
    void takesOverPromptAndOneTask() {
        try (PeftModel second =
                PeftModels.getPeftModel(
                        base, target("EXACT_SOURCE_TASK").optPromptTuningInitTask(2).build())) {
            float[] all = numbers(learned, ROWS);
            float[] one = numbers(second.trainableTensors(), ROWS);

            assertThat(numbers(second.trainableTensors(), TABLE))
                    .isEqualTo(numbers(learned, TABLE));
            for (int i = 0; i < one.length; i++) {
                assertThat(one[i]).isEqualTo(all[2 * one.length + i]);
            }
        }
    }

    @Test
    void takesOverThePromptAlone() {
        try (PeftModel second =
                PeftModels.getPeftModel(
                        base, target("ONLY_SOURCE_SHARED").optNumTasks(5).build())) {
            assertThat(numbers(second.trainableTensors(), TABLE))
                    .isEqualTo(numbers(learned, TABLE));
            assertThat(Tensors.get(second.trainableTensors(), COLS).getShape().get(0)).isEqualTo(5);
        }
    }

    @Test
    void loadsForPredictionWithoutTheSource(@TempDir Path directory) throws IOException {
        try (PeftModel second =
                PeftModels.getPeftModel(base, target("AVERAGE_SOURCE_TASKS").build())) {
            second.savePretrained(directory);
        }
        Files.delete(source.resolve("adapter_model.safetensors"));

        try (PeftModel again = PeftModels.fromPretrained(base, directory)) {
            assertThat(numbers(again.adapter(PeftModel.DEFAULT_ADAPTER).tensors(), TABLE))
                    .isEqualTo(numbers(learned, TABLE));
        }
    }

    @Test
    void refusesSourcesThatDoNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                PeftModels.getPeftModel(
                                        base,
                                        target("AVERAGE_SOURCE_TASKS").optNumTasks(2).build()))
                .withMessageContaining("prefix_task_cols of shape (1, 4, 2)")
                .withMessageContaining("num_tasks 1");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                PeftModels.getPeftModel(
                                        base,
                                        target("EXACT_SOURCE_TASK")
                                                .optPromptTuningInitTask(3)
                                                .build()))
                .withMessageContaining("prompt_tuning_init_task is 3")
                .withMessageContaining("has 3 tasks");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                PeftModels.getPeftModel(
                                        base,
                                        config().optPromptTuningInit("ONLY_SOURCE_SHARED")
                                                .optPromptTuningInitStateDictPath("tasks.bin")
                                                .build()))
                .withMessageContaining("tasks.bin is not a .safetensors file");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                PeftModels.getPeftModel(
                                        base,
                                        config().optPromptTuningInit("ONLY_SOURCE_SHARED")
                                                .optPromptTuningInitStateDictPath(
                                                        source.resolve("no.safetensors").toString())
                                                .build()))
                .withMessageContaining("cannot be read");
    }
}
