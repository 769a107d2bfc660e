package io.github.peft4j.task;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.PromptBatch;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.LeakCheck;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.xlora.XLoraConfig;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XLoraTest {

    private static final int HIDDEN = 32;

    @TempDir private Path folder;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private TransformerModel base;

    @BeforeEach
    void saveTwoExperts() throws Exception {
        base =
                Transformers.load(
                        Golden.path("models/llama-causal"),
                        TaskType.CAUSAL_LM,
                        LoadOptions.builder().addConfigOverride("use_cache", false).build());
        for (String name : new String[] {"0", "1"}) {
            LoraConfig lora =
                    LoraConfig.builder()
                            .optTaskType(TaskType.CAUSAL_LM)
                            .optR(2)
                            .optTargetModules("embed_tokens", "q_proj", "down_proj")
                            .build();
            try (PeftModel expert = PeftModels.getPeftModel(base, lora)) {
                for (Parameter p : expert.adapter("default").trainable()) {
                    Tensors.fill(p, manager.randomNormal(p.getShape()), 0.3);
                }
                expert.savePretrained(folder.resolve("expert" + name));
            }
        }
    }

    @AfterEach
    void close() {
        base.close();
        manager.close();
    }

    private XLoraConfig.Builder config() {
        return XLoraConfig.builder()
                .optTaskType(TaskType.CAUSAL_LM)
                .optHiddenSize(HIDDEN)
                .optXloraDepth(2)
                .optXloraSize(6)
                .optAdapters(
                        ImmutableMap.of(
                                "0", folder.resolve("expert0").toString(),
                                "1", folder.resolve("expert1").toString()));
    }

    private ModelInput input() {
        NDArray ids = manager.create(new long[] {5, 9, 13, 17, 6, 8, 10, 12}, new Shape(2, 4));
        return ModelInput.of(ids, ids.onesLike()).with(ModelInput.LABELS, ids);
    }

    private PeftModel expert(String name) throws Exception {
        return PeftModels.fromPretrained(base, folder.resolve("expert" + name));
    }

    @Test
    void aClassifierThatIsSureOfOneExpertIsThatExpert() throws Exception {
        try (PeftModel model = PeftModels.getPeftModel(base, config().build());
                PeftModel second = expert("1")) {
            String last = "base_model.internal_xlora_classifier.layers.3.";
            Parameter weight = tensor(model, last + "weight");
            Tensors.fill(weight, weight.getArray().zerosLike(), 1);
            Tensors.fill(tensor(model, last + "bias"), manager.create(new float[] {-50, 50}), 1);

            NDArray mixed = model.forward(input()).logits();

            Tensors.assertClose(mixed, second.forward(input()).logits(), Tensors.OUTPUT, "one");
        }
    }

    @Test
    void theFirstOfTwoActsAloneIfOnlyOneMay() throws Exception {
        XLoraConfig one = config().optTopKLora(1).optEnableSoftmax(false).build();
        try (PeftModel model = PeftModels.getPeftModel(base, one);
                PeftModel first = expert("0")) {
            String last = "base_model.internal_xlora_classifier.layers.3.";
            Parameter weight = tensor(model, last + "weight");
            Tensors.fill(weight, weight.getArray().zerosLike(), 1);
            Tensors.fill(tensor(model, last + "bias"), manager.create(new float[] {1, 0.9f}), 1);

            NDArray chosen = model.forward(input()).logits();

            Tensors.assertClose(chosen, first.forward(input()).logits(), Tensors.OUTPUT, "top 1");
        }
    }

    @Test
    void onlyTheClassifierTrainsUnlessExpertsAreToo() {
        try (PeftModel model = PeftModels.getPeftModel(base, config().build())) {
            backward(model);

            assertThat(model.trainableTensors().keySet())
                    .allMatch(key -> key.contains("internal_xlora_classifier"))
                    .hasSize(4);
            model.trainableTensors().values().forEach(XLoraTest::assertGradient);
        }
        XLoraConfig together = config().optUseTrainableAdapters(true).build();
        try (PeftModel model = PeftModels.getPeftModel(base, together)) {
            backward(model);

            Parameter b =
                    tensor(model, "base_model.model.model.layers.1.mlp.down_proj.lora_B.1.weight");
            assertGradient(b);
        }
    }

    private void backward(PeftModel model) {
        try (Gradients on = Gradients.on()) {
            Gradients.backward(model.forward(input(), model.newStore(), true).loss());
        }
    }

    private static void assertGradient(Parameter parameter) {
        try (NDArray gradient = parameter.getArray().getGradient()) {
            assertThat(gradient.norm().getFloat()).isPositive().isFinite();
        }
    }

    @Test
    void comesBackWholeFromWhatIsSavedHere() throws Exception {
        Path saved = folder.resolve("saved");
        try (PeftModel model = PeftModels.getPeftModel(base, config().build())) {
            byte[] before = Tensors.bytes(model.forward(input()).logits());

            model.savePretrained(saved);

            try (PeftModel again = PeftModels.fromPretrained(base, saved)) {
                assertThat(Tensors.bytes(again.forward(input()).logits())).isEqualTo(before);
                assertThat(again.loadReport("default").warnings()).isEmpty();
            }
        }
    }

    @Test
    void generatesWithoutACache() throws Exception {
        try (PeftModel model = PeftModels.getPeftModel(base, config().build())) {
            long[] prompt = {5, 9, 13};
            GenerationConfig four =
                    GenerationConfig.builder().optMaxNewTokens(4).optEosTokenId(-1).build();

            PromptBatch one = PromptBatch.of(new long[][] {prompt});
            ImmutableLongArray answer = Generator.of(model).generate(one, four).newTokens(0);

            long[] text = prompt;
            for (int i = 0; i < 4; i++) {
                NDArray ids = manager.create(text, new Shape(1, text.length));
                NDArray logits = model.forward(ModelInput.of(ids, ids.onesLike())).logits();
                long next = logits.get("0, -1").argMax().getLong();
                text = Arrays.copyOf(text, text.length + 1);
                text[text.length - 1] = next;
            }
            assertThat(answer.toArray()).isEqualTo(Arrays.copyOfRange(text, 3, 7));
        }
    }

    @Test
    void isTheBareBaseWhenSwitchedOff() {
        try (PeftModel model = PeftModels.getPeftModel(base, config().build());
                var off = model.disableAdapter()) {
            NDArray silent = model.forward(input()).logits();
            NDArray bare = model.forward(input(), Activation.none()).logits();

            assertThat(Tensors.bytes(silent)).isEqualTo(Tensors.bytes(bare));
        }
    }

    @Test
    void aWholeLifeLeavesNothingBehind() throws Exception {
        Path saved = folder.resolve("saved");

        int growth =
                LeakCheck.growth(
                        5,
                        () -> {
                            try (PeftModel model = PeftModels.getPeftModel(base, config().build());
                                    NDManager scope = manager.newSubManager();
                                    Gradients on = Gradients.on()) {
                                NDArray ids = scope.arange(8).reshape(2, 4);
                                ids = ids.toType(DataType.INT64, false);
                                ModelInput input = ModelInput.of(ids, ids.onesLike());
                                Gradients.backward(
                                        model.forward(
                                                        input.with(ModelInput.LABELS, ids),
                                                        model.newStore(),
                                                        true)
                                                .loss());
                                model.forward(input);
                                model.savePretrained(saved);
                                model.loadAdapter(saved, "default");
                            }
                            PeftModels.fromPretrained(base, saved).close();
                        });

        assertThat(growth).as("arrays and managers").isZero();
    }

    @Test
    void refusesWhatItCannotDo() throws Exception {
        try (PeftModel model = PeftModels.getPeftModel(base, config().build())) {
            assertThatThrownBy(model::mergeAndUnload)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("unmerged");
            assertThatThrownBy(() -> model.setScale("default", 0.5))
                    .hasMessageContaining("the factor 0.5 has no meaning");
        }
        XLoraConfig gap =
                config().optAdapters(ImmutableMap.of("a", folder.resolve("expert0").toString()))
                        .build();
        assertThatThrownBy(() -> PeftModels.getPeftModel(base, gap))
                .hasMessageContaining("they must be 0, 1, ...");
        XLoraConfig nowhere = config().optAdapters(ImmutableMap.of("0", "/nowhere")).build();
        assertThatThrownBy(() -> PeftModels.getPeftModel(base, nowhere))
                .hasMessageContaining("An expert of X-LoRA cannot be loaded");
        XLoraConfig wide = config().optHiddenSize(64).build();
        assertThatThrownBy(() -> PeftModels.getPeftModel(base, wide))
                .hasMessageContaining("hidden_size is 64, but hidden states of the base have size");
    }

    private static Parameter tensor(PeftModel model, String key) {
        return requireNonNull(model.adapter("default").tensors().get(key), key);
    }
}
