package io.github.peft4j.adapter.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.testkit.Tensors;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdapterSetTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final AdapterSetBuilder builder = AdapterSet.builder(manager);

    @AfterEach
    void close() {
        manager.close();
    }

    private Parameter parameter(boolean trained) {
        return Tensors.parameter(manager, trained, new Shape(1), 1);
    }

    @Test
    void namesTensorsByPrefixPathAndSuffix() {
        Parameter a = parameter(true);
        Adapter adapter = () -> Map.of("lora_A.weight", a);

        AdapterSet set = builder.addLayer("base.", "up", adapter).build();

        assertThat(set.tensors()).containsExactly(Map.entry("base.up.lora_A.weight", a));
        assertThat(set.layers()).containsExactly(Map.entry("up", adapter));
        assertThat(set.trainable()).containsExactly(a);
    }

    @Test
    void trainsWhatAskedForGradientsWhenItWasBuilt() {
        Parameter trained = parameter(true);
        Parameter frozen = parameter(false);
        AdapterSet set = builder.addTensor("a", trained).addTensor("b", frozen).build();

        set.setTraining(false);
        assertThat(trained.requiresGradient()).isFalse();
        set.setTraining(true);

        assertThat(set.trainable()).containsExactly(trained);
        assertThat(trained.requiresGradient()).isTrue();
        assertThat(frozen.requiresGradient()).isFalse();
    }

    @Test
    void countsATensorThatLayersShareOnce() {
        Parameter shared = parameter(true);

        AdapterSet set =
                builder.addLayer("", "up", () -> Map.of("bank", shared))
                        .addLayer("", "down", () -> Map.of("bank", shared))
                        .build();

        assertThat(set.tensors()).containsExactly(Map.entry("up.bank", shared));
        assertThat(set.aliases().keys()).containsExactly(Map.entry("down.bank", shared));
    }

    @Test
    void takesTheTensorsOfAModelAdapter() {
        Parameter prompt = parameter(true);
        ModelAdapter adapter =
                new ModelAdapter() {
                    @Override
                    public Map<String, Parameter> parameters() {
                        return Map.of("prompt_embeddings", prompt);
                    }

                    @Override
                    public io.github.peft4j.model.ModelOutput forward(
                            io.github.peft4j.model.ModelInput input,
                            io.github.peft4j.adapter.BaseModel base,
                            AdapterPass pass) {
                        return base.forward(input, pass);
                    }
                };

        AdapterSet set = builder.optModelAdapter("", adapter).build();

        assertThat(set.tensors()).containsExactly(Map.entry("prompt_embeddings", prompt));
        assertThat(set.modelAdapter()).containsSame(adapter);
    }

    @Test
    void refusesTwoTensorsUnderOneKeyAndTwoAdaptersAtOneLayer() {
        builder.addTensor("a", parameter(true));
        builder.addLayer("", "up", Map::of);

        assertThatThrownBy(() -> builder.addTensor("a", parameter(true)))
                .hasMessage("Two tensors claim the key a.");
        assertThatThrownBy(() -> builder.addLayer("", "up", Map::of))
                .hasMessage("Two adapters claim the layer up.");
    }

    @Test
    void closesItsManager() {
        Parameter a = parameter(true);
        AdapterSet set = builder.addTensor("a", a).build();

        set.close();

        assertThat(a.getArray().isReleased()).isTrue();
    }
}
