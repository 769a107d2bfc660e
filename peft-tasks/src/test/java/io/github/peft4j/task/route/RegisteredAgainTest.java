package io.github.peft4j.task.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.inference.Predictor;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A name of a router gets another adapter while requests run. */
class RegisteredAgainTest {

    @TempDir private Path folders;

    private TransformerModel base;
    private PeftModel model;
    private AdapterRouter router;

    @BeforeEach
    void load() throws IOException {
        save("two", 0.3, "yes", "no");
        save("four", 0.3, "north", "east", "south", "west");
        save("untrained", 0, "yes", "no", "maybe");
        base = Transformers.load(Golden.path("models/bert-seqcls"), TaskType.SEQ_CLS);
        model = PeftModels.getPeftModel(base, config());
        router = AdapterRouter.builder(model).build();
        router.register("topic", folders.resolve("two"));
    }

    @AfterEach
    void close() {
        router.close();
        model.close();
        base.close();
    }

    private static LoraConfig config() {
        return LoraConfig.builder().optR(2).optTaskType(TaskType.SEQ_CLS).build();
    }

    private void save(String name, double size, String... labels) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                TransformerModel own =
                        Transformers.load(
                                Golden.path("models/bert-seqcls"),
                                TaskType.SEQ_CLS,
                                LoadOptions.builder().optLabels(List.of(labels)).build());
                PeftModel made = PeftModels.getPeftModel(own, config())) {
            made.adapter(PeftModel.DEFAULT_ADAPTER)
                    .tensors()
                    .forEach(
                            (key, p) -> {
                                if (size > 0) {
                                    manager.randomNormal(p.getShape())
                                            .mul(size)
                                            .copyTo(p.getArray());
                                }
                            });
            made.savePretrained(folders.resolve(name));
        }
    }

    /** Answers the number of labels that the translator knows and that the scores have. */
    private final class Counts implements Translator<Input, Output> {

        private final int labels;
        private Runnable meanwhile = () -> {};

        Counts(String name) {
            try {
                labels = router.labels(name).size();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public Batchifier getBatchifier() {
            return Batchifier.STACK;
        }

        @Override
        public NDList processInput(TranslatorContext ctx, Input input) {
            meanwhile.run();
            NDArray ids = ctx.getNDManager().create(new long[] {5, 6, 7});
            NDArray mask = ids.onesLike();
            ids.setName("input_ids");
            mask.setName("attention_mask");
            return new NDList(ids, mask);
        }

        @Override
        public Output processOutput(TranslatorContext ctx, NDList list) {
            Output output = new Output();
            output.add("data", labels + " " + list.get(0).size());
            return output;
        }
    }

    private static Input to(String name) {
        Input input = new Input();
        input.addProperty("adapter", name);
        return input;
    }

    @Test
    void anotherRegistrationHasATranslatorOfItsOwn() throws Exception {
        try (Predictor<Input, Output> predictor =
                router.predictorByProperty("adapter", Counts::new)) {
            assertThat(predictor.predict(to("topic")).getAsString("data")).isEqualTo("2 2");
            router.replace("topic", folders.resolve("four"));
            assertThat(predictor.predict(to("topic")).getAsString("data")).isEqualTo("4 4");
            router.remove("topic");
            assertThatThrownBy(() -> predictor.predict(to("topic")))
                    .hasMessageContaining("names the adapter 'topic'");
            router.register("topic", folders.resolve("two"));
            assertThat(predictor.predict(to("topic")).getAsString("data")).isEqualTo("2 2");
        }
        assertThat(router.names()).containsExactly("default", "topic");
    }

    @Test
    void aCallEndsWithTheAdapterItBeganWith() throws Exception {
        Counts counts = new Counts("topic");
        try (Predictor<Input, Output> predictor = router.predictor("topic", counts)) {
            counts.meanwhile =
                    () -> {
                        router.remove("topic");
                        router.register("topic", folders.resolve("four"));
                    };
            assertThat(predictor.predict(to("topic")).getAsString("data")).isEqualTo("2 2");
            assertThat(model.peftConfig()).containsOnlyKeys("default");
            assertThat(router.memory()).isZero();
            counts.meanwhile = () -> {};
            assertThat(predictor.predict(to("topic")).getAsString("data")).isEqualTo("2 4");
            assertThat(router.names()).containsExactly("default", "topic");
        }
    }

    @Test
    void anAdapterWithoutEffectIsRefused() {
        router.replace("topic", folders.resolve("untrained"));

        assertThatThrownBy(() -> router.labels("topic")).hasMessageContaining("untrained");
        assertThat(model.peftConfig()).containsOnlyKeys("default");
    }
}
