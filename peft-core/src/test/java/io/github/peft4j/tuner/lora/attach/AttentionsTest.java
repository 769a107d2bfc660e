package io.github.peft4j.tuner.lora.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Module;
import io.github.peft4j.nn.MultiheadAttention;
import io.github.peft4j.testkit.PythonStarts;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.tuner.loha.LoHaConfig;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AttentionsTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Net net = new Net();

    AttentionsTest() {
        net.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 6));
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void reachesBothProjections() {
        LoraConfig config = LoraConfig.builder().optR(2).optTargetModules("attn").build();

        try (PeftModel model = PeftModels.getPeftModel(net, config)) {
            assertThat(model.adapter(PeftModel.DEFAULT_ADAPTER).tensors())
                    .containsOnlyKeys(
                            "base_model.model.attn.lora_A.weight",
                            "base_model.model.attn.lora_B.weight",
                            "base_model.model.attn.base_layer.out_proj.lora_A.weight",
                            "base_model.model.attn.base_layer.out_proj.lora_B.weight");
        }
    }

    /** By starts/make.py: PEFT adds twice what the output projection has learned. */
    @Test
    void computesWhatPythonDoes() {
        LoraConfig config =
                LoraConfig.builder().optR(2).optLoraAlpha(3).optTargetModules("attn").build();
        try (PythonStarts python = new PythonStarts();
                PeftModel model = PeftModels.getPeftModel(net, config)) {
            fill(model.base().parameters(), "attn.", python);
            fill(
                    model.adapter(PeftModel.DEFAULT_ADAPTER).tensors(),
                    "base_model.model.attn.",
                    python);
            ModelInput input = ModelInput.of(Map.of("x", python.expected("attention.x")));

            NDArray y = model.forward(input).logits();

            Tensors.assertClose(y, python.expected("attention.y"), 1e-5, "attention");
            NDArray plain = model.forward(input, Activation.none()).logits();
            assertThat(Tensors.relativeError(y, plain)).isGreaterThan(0.1);
        }
    }

    private static void fill(Map<String, Parameter> tensors, String prefix, PythonStarts python) {
        tensors.forEach(
                (name, tensor) -> {
                    String key = "attention." + name.substring(prefix.length());
                    Tensors.fill(tensor, python.expected(key), 1);
                });
    }

    @Test
    void refusesWhatNeedsActivations() {
        refuses(LoraConfig.builder().optLoraDropout(0.1), "lora_dropout is 0.1");
        refuses(LoraConfig.builder().optLoraBias(true), "lora_bias is true");
        refuses(LoraConfig.builder().optAloraInvocationTokens(1), "alora_invocation_tokens is set");
    }

    private void refuses(LoraConfig.Builder config, String text) {
        LoraConfig built = config.optTargetModules("attn").build();

        assertThatThrownBy(() -> PeftModels.getPeftModel(net, built))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text)
                .hasMessageContaining("attn");
    }

    @Test
    void isNoLayerOfOtherMethods() {
        LoHaConfig config = LoHaConfig.builder().optTargetModules("attn").build();

        assertThatThrownBy(() -> PeftModels.getPeftModel(net, config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a module of kind ATTENTION");
    }

    private static final class Net extends Module {

        private final MultiheadAttention attention =
                child("attn", new MultiheadAttention(6, 2, true));

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                @Nullable PairList<String, Object> params) {
            NDArray x = inputs.singletonOrThrow();
            AdapterPass pass = AdapterPass.over(store, x.getManager(), training);
            return new NDList(attention.forward(pass, x));
        }
    }
}
