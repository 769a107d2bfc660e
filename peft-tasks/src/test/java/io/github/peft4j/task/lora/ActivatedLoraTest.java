package io.github.peft4j.task.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.PromptBatch;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.part.DynamicCache;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ActivatedLoraTest {

    private static final Activation OFF = Activation.none();

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private TransformerModel base;
    private PeftModel model;

    @BeforeEach
    void load() throws IOException {
        base = Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM);
        model = PeftModels.getPeftModel(base, config().build());
        for (Parameter p : model.adapter(PeftModel.DEFAULT_ADAPTER).trainable()) {
            Tensors.fill(p, manager.randomNormal(p.getShape()), 0.3);
        }
    }

    @AfterEach
    void close() {
        model.close();
        base.close();
        manager.close();
    }

    private static LoraConfig.Builder config() {
        return LoraConfig.builder()
                .optR(4)
                .optTaskType(TaskType.CAUSAL_LM)
                .optTargetModules("q_proj", "up_proj")
                .optAloraInvocationTokens(9, 8);
    }

    private ModelInput input(long... ids) {
        NDArray row = manager.create(new long[][] {ids});
        return ModelInput.of(row, row.onesLike());
    }

    private NDArray logits(ModelInput input) {
        return model.forward(input).logits();
    }

    @Test
    void actsFromTheLastInvocationOn() {
        ModelInput input = input(7, 9, 8, 11, 9, 8, 13);
        NDArray ours = logits(input);
        NDArray plain = model.forward(input, OFF).logits();

        Tensors.assertClose(ours.get(":, :4"), plain.get(":, :4"), 0, "before");
        for (int i = 4; i < 7; i++) {
            String at = ":, " + i;
            assertThat(Tensors.relativeError(ours.get(at), plain.get(at))).isGreaterThan(1e-3);
        }
    }

    @Test
    void honoursItsScale() {
        ModelInput input = input(7, 9, 8, 11);
        Activation all = model.activation();
        String name = PeftModel.DEFAULT_ADAPTER;
        NDArray whole = model.forward(input, all).logits();

        NDArray half = model.forward(input, all.scale(name, 0.5)).logits();
        NDArray nothing = model.forward(input, all.scale(name, 0)).logits();

        assertThat(Tensors.relativeError(half, whole)).isGreaterThan(1e-4);
        Tensors.assertClose(nothing, model.forward(input, OFF).logits(), 0, "nothing");
    }

    @Test
    void leavesRowsWithoutAnInvocationAlone() {
        ModelInput input = input(7, 9, 11, 8, 13, 9);

        Tensors.assertClose(logits(input), model.forward(input, OFF).logits(), 0, "none");
    }

    @Test
    void paddingOnTheLeftChangesNothing() {
        NDArray padded = manager.create(new long[][] {{0, 0, 0, 7, 9, 8, 11}});
        NDArray mask = manager.create(new long[][] {{0, 0, 0, 1, 1, 1, 1}});

        NDArray ours = logits(ModelInput.of(padded, mask)).get(":, 3:");

        Tensors.assertClose(ours, logits(input(7, 9, 8, 11)), 1e-5, "padded");
    }

    @Test
    void goesOnInLaterCallsOfACache() {
        NDArray whole = logits(input(7, 9, 8, 11, 13));
        try (Gradients off = Gradients.off()) {
            DynamicCache cache = new DynamicCache(manager, 5);

            logits(input(7, 9, 8).withCache(cache));
            logits(masked(4, 11).withCache(cache));
            NDArray last = logits(masked(5, 13).withCache(cache));

            Tensors.assertClose(last, whole.get(":, 4:"), 1e-5, "last step");
        }
    }

    private ModelInput masked(int length, long... ids) {
        NDArray row = manager.create(new long[][] {ids});
        return ModelInput.of(row, manager.ones(new ai.djl.ndarray.types.Shape(1, length)));
    }

    /** What activated LoRA is for: the keys of a prompt serve the base and the adapter. */
    @Test
    void goesOnFromKeysOfTheBase() {
        NDArray whole = logits(input(7, 5, 9, 8, 11));
        try (Gradients off = Gradients.off()) {
            DynamicCache cache = new DynamicCache(manager, 5);

            model.forward(input(7, 5).withCache(cache), OFF);
            NDArray rest = logits(masked(5, 9, 8, 11).withCache(cache));

            Tensors.assertClose(rest, whole.get(":, 2:"), 1e-5, "rest");
        }
    }

    @Test
    void generatesTheSameWithAndWithoutACacheAndFromSeveralRows() {
        PromptBatch prompts = PromptBatch.of(new long[][] {{7, 9, 8, 11}, {7, 5, 6, 11}});
        GenerationConfig cached = GenerationConfig.builder().optMaxNewTokens(6).build();
        var ours = Generator.of(model).generate(prompts, cached).sequences();

        assertThat(ours)
                .isEqualTo(
                        Generator.of(model)
                                .generate(prompts, cached.with(Map.of("use_cache", false)))
                                .sequences())
                .isNotEqualTo(Generator.of(base).generate(prompts, cached).sequences());
        assertThat(ours.get(1))
                .isEqualTo(Generator.of(base).generate(prompts, cached).sequences().get(1));
    }

    @Test
    void refusesBeamSearch() {
        PromptBatch prompts = PromptBatch.of(new long[][] {{7, 9, 8, 11}});
        GenerationConfig beams =
                GenerationConfig.builder().optNumBeams(2).optMaxNewTokens(2).build();

        assertThatThrownBy(() -> Generator.of(model).generate(prompts, beams))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("num_beams is 2")
                .hasMessageContaining("alora_invocation_tokens");
        assertThat(Generator.of(model, OFF).generate(prompts, beams).sequences()).hasSize(1);
    }

    @Test
    void cannotBeMerged() {
        assertThatThrownBy(() -> model.mergeAndUnload())
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("has no weight form");
    }

    @Test
    void doesNotActOnEmbeddings() {
        NDArray ids = manager.create(new long[][] {{7, 9, 8, 11}});
        NDArray words = Tensors.get(base.parameters(), "model.embed_tokens.weight").getArray();
        NDArray rows = words.get(ids.flatten()).reshape(1, 4, -1);
        ModelInput input = ModelInput.of(Map.of(ModelInput.INPUTS_EMBEDS, rows));

        Tensors.assertClose(logits(input), model.forward(input, OFF).logits(), 0, "embeddings");
    }

    @Test
    void actsInCausalLanguageModelsAlone() {
        LoraConfig config = config().optTaskType((TaskType) null).build();
        try (PeftModel plain = PeftModels.getPeftModel(base, config)) {
            for (Parameter p : plain.adapter(PeftModel.DEFAULT_ADAPTER).trainable()) {
                Tensors.fill(p, manager.randomNormal(p.getShape()), 0.3);
            }
            ModelInput input = input(7, 9, 8, 11);

            Tensors.assertClose(
                    plain.forward(input).logits(), plain.forward(input, OFF).logits(), 0, "none");
        }
    }

    @Test
    void refusesLayersThatAreNotLinear() {
        LoraConfig config = config().optTargetModules("embed_tokens").build();

        assertThatThrownBy(() -> PeftModels.getPeftModel(base, config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("alora_invocation_tokens is set")
                .hasMessageContaining("model.embed_tokens is an embedding");
    }
}
