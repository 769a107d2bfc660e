package io.github.peft4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.Bias;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.testkit.LeakCheck;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MergedModelTest {

    private final ToyModel toy = ToyModel.ours();
    private final NDManager scope = NDManager.newBaseManager("PyTorch");
    private final PeftModel model =
            PeftModels.getPeftModel(
                    toy.base().block(),
                    config().optBias(Bias.ADAPTED_LAYERS).optModulesToSave("norm").build());

    MergedModelTest() {
        train(model);
    }

    @AfterEach
    void close() {
        model.close();
        scope.close();
        toy.close();
    }

    private static LoraConfig.Builder config() {
        return LoraConfig.builder().optR(2).optTargetModules("up");
    }

    private void train(PeftModel any) {
        for (Parameter p : any.adapter("default").trainable()) {
            Tensors.fill(p, scope.randomNormal(p.getShape()), 0.5);
        }
    }

    private NDArray output(PeftModel any) {
        return any.forward(toy.input(scope)).logits();
    }

    private NDArray output(MergedModel any) {
        return any.forward(toy.input(scope)).logits();
    }

    @Test
    void holdsWhatChangedAndSharesTheRest() {
        try (MergedModel merged = model.mergeAndUnload()) {
            Map<String, Parameter> before = toy.base().parameters();
            merged.parameters()
                    .forEach(
                            (key, p) -> {
                                boolean changed = key.startsWith("up") || key.startsWith("norm");
                                assertThat(p == before.get(key)).as(key).isEqualTo(!changed);
                            });

            assertThat(merged.parameters().keySet()).isEqualTo(before.keySet());
            Tensors.assertClose(output(merged), output(model), Tensors.OUTPUT, "merged");
        }
    }

    @Test
    void showsItsWeightsAtItsLayers() {
        try (MergedModel merged = model.mergeAndUnload()) {
            for (LayerSite site : merged.sites()) {
                assertThat(site.weight())
                        .isSameAs(merged.parameters().get(site.path() + ".weight"));
                assertThat(site.bias()).isSameAs(merged.parameters().get(site.path() + ".bias"));
            }
        }
    }

    @Test
    void runsAsADjlBlock() {
        try (MergedModel merged = model.mergeAndUnload()) {
            NDList list = merged.forward(model.newStore(), toy.input(scope).toList(), false);

            assertThat(Tensors.bytes(list.get(0))).isEqualTo(Tensors.bytes(output(merged)));
        }
    }

    @Test
    void outlivesTheAdapters() {
        NDArray before = output(model);
        try (MergedModel merged = model.mergeAndUnload()) {
            model.close();

            Tensors.assertClose(output(merged), before, Tensors.OUTPUT, "after close");
        }
    }

    @Test
    void refusesNumbersThatAreNotFinite() {
        ImmutableMap<String, byte[]> bytes = toy.bytes();
        Parameter b =
                Tensors.get(
                        model.adapter("default").tensors(), "base_model.model.up.lora_B.weight");
        Tensors.fill(b, scope.full(b.getShape(), Float.NaN), 1);
        int before = LeakCheck.count();

        assertThatThrownBy(model::mergeAndUnload)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Merging gives numbers in up.weight that are not finite: adapter 'default'"
                                + " is not finite there, or too large. Check its tensors; nothing"
                                + " was merged.");

        assertThat(toy.bytes()).containsExactlyEntriesOf(bytes);
        assertThat(LeakCheck.count()).isEqualTo(before);
    }

    @Test
    void namesTheAdapterOfSeveralThatIsNotFinite() {
        for (String name : new String[] {"fine", "broken", "last"}) {
            model.addAdapter(name, config().optTargetModules("up", "down").build());
        }
        Parameter b =
                Tensors.get(
                        model.adapter("broken").tensors(), "base_model.model.down.lora_B.weight");
        Tensors.fill(b, scope.full(b.getShape(), Float.POSITIVE_INFINITY), 1);
        model.setAdapter("fine");
        byte[] output = Tensors.bytes(output(model));

        assertThatThrownBy(() -> model.mergeAdapter("fine", "broken", "last"))
                .hasMessageContaining("in down.weight")
                .hasMessageContaining(": adapter 'broken' is");

        assertThat(model.mergedAdapters()).isEmpty();
        assertThat(Tensors.bytes(output(model))).isEqualTo(output);
    }

    @Test
    void tellsACopyOfAModuleThatIsNotFiniteFromAnAdapter() {
        Parameter norm =
                Tensors.get(model.adapter("default").tensors(), "base_model.model.norm.weight");
        Tensors.fill(norm, scope.full(norm.getShape(), Float.NaN), 1);

        assertThatThrownBy(model::mergeAndUnload)
                .hasMessageContaining("in norm.weight")
                .hasMessageContaining("a copy of a module that is saved whole");
    }

    @Test
    void takesNewAdaptersOnTop() {
        LoraConfig again = config().optTargetModules("up", "down", "table").build();
        try (MergedModel merged = model.mergeAndUnload();
                PeftModel over = PeftModels.getPeftModel(merged, again)) {
            NDArray before = output(merged);
            assertThat(Tensors.bytes(output(over))).isEqualTo(Tensors.bytes(before));

            train(over);
            NDArray trained = output(over);
            assertThat(Tensors.relativeError(trained, before)).isGreaterThan(0.01);
            try (MergedModel twice = over.mergeAndUnload();
                    PeftModel third = PeftModels.getPeftModel(twice, again)) {
                Tensors.assertClose(output(twice), trained, Tensors.OUTPUT, "merged twice");
                assertThat(Tensors.bytes(output(third))).isEqualTo(Tensors.bytes(output(twice)));
                train(third);
                assertThat(Tensors.relativeError(output(third), trained)).isGreaterThan(0.01);
            }
            assertThat(Tensors.bytes(output(merged))).isEqualTo(Tensors.bytes(before));
        }
    }

    @Test
    void servesWeightsThatAreMergedForAWhileOnTop() {
        LoraConfig again = config().optTargetModules("up", "down").build();
        try (MergedModel merged = model.mergeAndUnload();
                PeftModel over = PeftModels.getPeftModel(merged, again)) {
            train(over);
            NDArray activations = output(over);

            over.mergeAdapter();
            Tensors.assertClose(output(over), activations, Tensors.OUTPUT, "merged");
            for (Parameter p : over.adapter("default").trainable()) {
                Tensors.fill(p, scope.zeros(p.getShape()), 1);
            }
            Tensors.assertClose(output(over), activations, Tensors.OUTPUT, "weights are kept");
            over.unmergeAdapter();
            assertThat(Tensors.bytes(output(over))).isEqualTo(Tensors.bytes(output(merged)));
        }
    }

    @Test
    void copiesMergedWeightsForModulesThatAreSavedWhole() {
        LoraConfig head = config().optTargetModules("down").optModulesToSave("norm").build();
        try (MergedModel merged = model.mergeAndUnload();
                PeftModel over = PeftModels.getPeftModel(merged, head)) {
            Parameter copy =
                    Tensors.get(over.adapter("default").tensors(), "base_model.model.norm.weight");
            Parameter weight = Tensors.get(merged.parameters(), "norm.weight");

            assertThat(Tensors.bytes(copy.getArray())).isEqualTo(Tensors.bytes(weight.getArray()));
            assertThat(Tensors.bytes(output(over))).isEqualTo(Tensors.bytes(output(merged)));
            byte[] before = Tensors.bytes(output(over));
            Tensors.fill(copy, scope.ones(copy.getShape()), 3);
            assertThat(Tensors.bytes(output(over))).isNotEqualTo(before);
        }
    }

    @Test
    void keepsItsWeightsInsideABlockThatIsAdapted() {
        Linear last = new Linear(3, 2);
        try (MergedModel merged = model.mergeAndUnload()) {
            SequentialBlock block = new SequentialBlock().add(merged).add(last);
            last.initialize(scope, DataType.FLOAT32, new Shape(1, 3));
            NDArray x = toy.input(scope).toList().get(0);
            NDArray expected = block.forward(model.newStore(), new NDList(x), false).get(0);

            LoraConfig config = LoraConfig.builder().optTargetModules("Linear").build();
            try (PeftModel over = PeftModels.getPeftModel(block, config)) {
                NDArray y = over.forward(toy.input(scope)).logits();

                assertThat(Tensors.bytes(y)).isEqualTo(Tensors.bytes(expected));
            }
        }
    }
}
