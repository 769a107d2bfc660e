package io.github.peft4j.transformers.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.precision.Precision;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.layout.TokenLayout;
import io.github.peft4j.transformers.part.DynamicCache;
import io.github.peft4j.transformers.reference.ReferenceCall;
import io.github.peft4j.tuner.lora.InitLoraWeights;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** All layers in one call compute what the layers compute one by one. */
class NextTokenTest {

    private static final double ROUNDING = 2e-6;

    private static TransformerModel load(String model, Precision precision) throws IOException {
        return Transformers.load(
                Golden.path("models/" + model),
                AutoClass.CAUSAL_LM,
                LoadOptions.builder().optPrecision(precision).build());
    }

    private static ModelInput input(NDManager manager, String model) throws IOException {
        return ReferenceCall.read(
                        manager, Golden.path("models/" + model + "/expected/forward.safetensors"))
                .input();
    }

    private static List<DecoderLayer> layers(Block block) {
        List<DecoderLayer> layers = new ArrayList<>();
        for (Block child : block.getChildren().values()) {
            if (child instanceof DecoderLayer layer) {
                layers.add(layer);
            } else {
                layers.addAll(layers(child));
            }
        }
        return layers;
    }

    @ParameterizedTest
    @CsvSource({
        "llama-causal, true",
        "mistral-causal, true",
        "qwen2-causal, true",
        "qwen3-causal, true",
        "phi3-causal, true",
        "gpt2-causal, true",
        "opt-causal, true",
        "gemma2-causal, false",
        "gptneox-causal, false"
    })
    void runsTheLayersOfItsFamilies(String model, boolean known) throws IOException {
        for (Precision precision : Set.of(Precision.FLOAT32, Precision.FP16_PACKED)) {
            try (NDManager manager = NDManager.newBaseManager("PyTorch");
                    TransformerModel base = load(model, precision);
                    Gradients off = Gradients.off();
                    DynamicCache cache = new DynamicCache(manager, 64)) {
                ModelInput text = input(manager, model);
                base.forward(text.withCache(cache));
                long length = cache.length();
                NDArray ids = Tensors.get(text.arrays(), "input_ids").get(":, :1");
                TokenLayout layout = TokenLayout.padded(ids, null);
                long width =
                        base.forward(text.withOutputHiddenStates(true))
                                .hiddenStates()
                                .get(0)
                                .getShape()
                                .get(2);
                NDArray x = manager.randomNormal(new Shape(ids.getShape().get(0), 1, width));
                NextToken next = new NextToken(layers(base));

                NDArray y =
                        next.run(
                                AdapterPass.bare(manager, false),
                                x,
                                new DecoderCall(layout, null, cache));

                assertThat(y != null).isEqualTo(known);
                assertThat(cache.length()).isEqualTo(known ? length + 1 : length);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-causal",
                "mistral-causal",
                "qwen2-causal",
                "qwen3-causal",
                "phi3-causal",
                "gpt2-causal",
                "opt-causal",
                "gemma2-causal",
                "gptneox-causal"
            })
    void aTokenAtATimeIsWhatTheLayersGive(String model) throws IOException {
        for (Precision precision : Precision.values()) {
            try (NDManager manager = NDManager.newBaseManager("PyTorch");
                    TransformerModel base = load(model, precision)) {
                assertSame(base::forward, input(manager, model));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-causal",
                "qwen2-causal",
                "qwen3-causal",
                "phi3-causal",
                "gpt2-causal",
                "opt-causal"
            })
    void lowRankAdaptersActAsInTheLayers(String model) throws IOException {
        LoraConfig config =
                LoraConfig.builder()
                        .optR(3)
                        .optTaskType(TaskType.CAUSAL_LM)
                        .optTargetModules("all-linear")
                        .optInitLoraWeights(InitLoraWeights.FALSE)
                        .build();
        for (Precision precision : Precision.values()) {
            try (NDManager manager = NDManager.newBaseManager("PyTorch");
                    TransformerModel base = load(model, precision);
                    PeftModel adapted = PeftModels.getPeftModel(base, config)) {
                adapted.addAdapter("other", config.toBuilder().optR(2).build());
                ModelInput input = input(manager, model);
                ModelOutput bare = base.forward(input);
                assertSame(adapted::forward, input);
                adapted.setAdapter("other", PeftModel.DEFAULT_ADAPTER);
                assertSame(adapted::forward, input);
                assertThat(Tensors.relativeError(adapted.forward(input).logits(), bare.logits()))
                        .isGreaterThan(1e-3);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lora-causal-llama",
                "fourierft-gpt2",
                "tokens-gpt2-tied",
                "delora-causallm",
                "cpt-decay"
            })
    void otherAdaptersActAsInTheLayers(String adapter) throws IOException {
        String model = Golden.json("adapters/" + adapter + "/case.json").get("model").getAsString();
        for (Precision precision : Precision.values()) {
            try (NDManager manager = NDManager.newBaseManager("PyTorch");
                    TransformerModel base = load(model, precision);
                    PeftModel adapted =
                            PeftModels.fromPretrained(base, Golden.path("adapters/" + adapter))) {
                ModelInput input = input(manager, model);
                assertSame(adapted::forward, input);
                if (!adapter.startsWith("cpt")) {
                    adapted.mergeAdapter();
                    assertSame(adapted::forward, input);
                }
            }
        }
    }

    /** Half of the text at once, then token by token. */
    private static void assertSame(Function<ModelInput, ModelOutput> model, ModelInput whole) {
        NDArray ids = Tensors.get(whole.arrays(), "input_ids");
        NDArray mask = whole.attentionMask();
        long length = ids.getShape().get(1);
        long half = length / 2;
        try (Gradients off = Gradients.off();
                DynamicCache one = new DynamicCache(ids.getManager(), half + 1);
                DynamicCache other = new DynamicCache(ids.getManager(), length)) {
            for (long end = half; end <= length; end++) {
                long start = end == half ? 0 : end - 1;
                ModelInput call = ModelInput.of(part(ids, start, end), part(mask, 0, end));
                ModelOutput ours = model.apply(call.withCache(one));
                ModelOutput layers =
                        model.apply(call.withCache(other).withOutputHiddenStates(true));
                Tensors.assertClose(ours.logits(), layers.logits(), ROUNDING, "logits at " + end);
                assertThat(one.length()).isEqualTo(other.length());
            }
        }
    }

    private static NDArray part(NDArray array, long from, long to) {
        return array.get(new NDIndex(":, {}:{}", from, to));
    }
}
