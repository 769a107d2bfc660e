package io.github.peft4j.transformers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.family.Family;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FamiliesTest {

    private static LoadOptions modelType(String type) {
        return LoadOptions.builder().addConfigOverride("model_type", type).build();
    }

    @Test
    void loadsAFamilyFromAnotherJar() throws IOException {
        try (TransformerModel guest =
                        Transformers.load(
                                Golden.path("models/llama-causal"),
                                AutoClass.CAUSAL_LM,
                                modelType(GuestFamily.MODEL_TYPE));
                TransformerModel llama =
                        Transformers.load(
                                Golden.path("models/llama-causal"),
                                AutoClass.CAUSAL_LM,
                                LoadOptions.DEFAULT);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray ids = manager.create(new long[][] {{5, 6, 7}});
            ModelInput input = ModelInput.of(Map.of(ModelInput.INPUT_IDS, ids));

            assertThat(guest.info().className()).isEqualTo("GuestForCausalLM");
            assertThat(guest.forward(input).logits()).isEqualTo(llama.forward(input).logits());
        }
    }

    @Test
    void listsTheModelTypesInOrder() {
        assertThat(ImmutableList.copyOf(Transformers.modelTypes()))
                .isSorted()
                .contains("bart", "bert", "gemma2", "guest", "llama", "mbart", "mt5", "t5")
                .hasSize(22);
    }

    @Test
    void refusesATypeThatNoFamilyReads() {
        assertThatThrownBy(
                        () ->
                                Transformers.load(
                                        Golden.path("models/llama-causal"),
                                        AutoClass.MODEL,
                                        modelType("gpt9")))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageStartingWith(
                        "model_type 'gpt9' is not available in this version. Available: [bart,"
                                + " bert,");
    }

    @Test
    void refusesTwoFamiliesOfOneType() {
        Iterable<Family> twice = ImmutableList.of(new GuestFamily(), new GuestFamily());

        assertThatThrownBy(() -> Families.byModelType(twice))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Two families read model_type 'guest':"
                                + " io.github.peft4j.transformers.GuestFamily and"
                                + " io.github.peft4j.transformers.GuestFamily. Remove one from the"
                                + " class path.");
    }
}
