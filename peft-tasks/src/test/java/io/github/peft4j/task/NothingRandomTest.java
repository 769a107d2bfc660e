package io.github.peft4j.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.modality.Classifications;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.zoo.Criteria;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.generate.text.TextGenerator;
import io.github.peft4j.task.serve.PeftModelZoo;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NothingRandomTest {

    @TempDir private Path folder;

    private interface Work {
        void run() throws Exception;
    }

    private static String logged(Work work) throws Exception {
        PrintStream before = System.err;
        ByteArrayOutputStream logged = new ByteArrayOutputStream();
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
        try {
            work.run();
        } finally {
            System.setErr(before);
        }
        return logged.toString(StandardCharsets.UTF_8);
    }

    private static Criteria.Builder<String, Classifications> serve(String model) throws Exception {
        Path copy = Files.createTempDirectory("served");
        Folders.copy(Golden.path("models/" + model), copy);
        Folders.copy(Folders.resource("golden/tokenizers/bert"), copy);
        return Criteria.builder()
                .setTypes(String.class, Classifications.class)
                .optModelZoo(new PeftModelZoo(copy));
    }

    private static LoraConfig lora(TaskType task) {
        LoraConfig.Builder config = LoraConfig.builder().optR(2);
        return (task == null ? config : config.optTaskType(task)).build();
    }

    private static void forward(PeftModel model) {
        try (NDManager scope = NDManager.newBaseManager("PyTorch")) {
            model.forward(
                    ModelInput.of(
                            ImmutableMap.of(
                                    ModelInput.INPUT_IDS, scope.create(new long[][] {{2, 5, 3}}))));
        }
    }

    @Test
    void refusesToServeAFreshHeadUnlessAskedTo() throws Exception {
        assertThatThrownBy(
                        () -> serve("bert-base").optArgument("task", "SEQ_CLS").build().loadModel())
                .hasMessageContaining("The answers would be random: [")
                .hasMessageContaining("classifier.weight")
                .hasMessageContaining("set the argument freshHead to true");
        serve("bert-base")
                .optArgument("task", "SEQ_CLS")
                .optArgument("freshHead", "true")
                .build()
                .loadModel()
                .close();
    }

    @Test
    void refusesToWriteWithAFreshHead() {
        assertThatThrownBy(() -> TextGenerator.fromPretrained(untied()))
                .hasMessageContaining("The answers would be random: [lm_head.weight]");
    }

    /** Llama's layers without an output layer of its own. */
    private Path untied() throws IOException {
        Folders.copy(Golden.path("models/llama-seqcls"), folder);
        Folders.copy(Folders.resource("golden/tokenizers/llama"), folder);
        Path config = folder.resolve("config.json");
        String text = Files.readString(config).replaceAll("\"tie_word_embeddings\": \\w+,?", "");
        Files.writeString(config, text.replaceFirst("\\{", "{\"tie_word_embeddings\": false,"));
        return folder;
    }

    @ParameterizedTest
    @CsvSource({"label, labels", "max_length, maxLength", "adaptor, adapter", "Task, task"})
    void refusesUnknownArgumentsWithTheNearest(String wrong, String right) {
        assertThatThrownBy(
                        () ->
                                serve("bert-seqcls")
                                        .optArgument("task", "SEQ_CLS")
                                        .optArgument(wrong, "x")
                                        .build()
                                        .loadModel())
                .hasMessageContaining("There is no argument '" + wrong + "'")
                .hasMessageContaining("Did you mean " + right + "?");
    }

    @Test
    void warnsOnceOfAFreshHeadThatNoAdapterBrings() throws Exception {
        Path bert = Golden.path("models/bert-base");
        String withHead =
                logged(
                        () -> {
                            try (TransformerModel base = Transformers.load(bert, TaskType.SEQ_CLS);
                                    PeftModel model =
                                            PeftModels.getPeftModel(base, lora(TaskType.SEQ_CLS))) {
                                base.freshParameters()
                                        .keySet()
                                        .forEach(n -> assertThat(n).doesNotStartWith("cls"));
                            }
                        });
        assertThat(withHead).doesNotContain("start fresh");

        String withoutTask =
                logged(
                        () -> {
                            try (TransformerModel base = Transformers.load(bert, TaskType.SEQ_CLS);
                                    PeftModel model = PeftModels.getPeftModel(base, lora(null))) {
                                assertThat(model.loadReport("default").warnings())
                                        .anySatisfy(
                                                warning ->
                                                        assertThat(warning)
                                                                .contains("has no task_type")
                                                                .contains("classifier.weight")
                                                                .contains("modules_to_save"));
                                forward(model);
                                forward(model);
                            }
                        });
        assertThat(withoutTask).containsOnlyOnce("start fresh: ");
    }

    @ParameterizedTest
    @CsvSource({
        "bert-seqcls, SEQ_CLS, CAUSAL_LM",
        "bert-tokcls, TOKEN_CLS, SEQ_CLS",
        "gpt2-causal, CAUSAL_LM, SEQ_CLS",
        "llama-causal, CAUSAL_LM, TOKEN_CLS",
        "t5-seq2seq, SEQ_2_SEQ_LM, CAUSAL_LM",
        "bert-qa, QUESTION_ANS, SEQ_CLS"
    })
    void refusesATaskThatContradictsTheBase(String model, TaskType head, TaskType task)
            throws IOException {
        try (TransformerModel base = Transformers.load(Golden.path("models/" + model), head)) {
            assertThatThrownBy(() -> PeftModels.getPeftModel(base, lora(task)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("task_type is " + task)
                    .hasMessageContaining("whose task is " + head);
            PeftModels.getPeftModel(base, lora(TaskType.FEATURE_EXTRACTION)).close();
        }
    }
}
