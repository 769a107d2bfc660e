package io.github.peft4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.DisabledAdapters;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Switching adapters off, on and away, through the model. */
class AdapterRegistryTest {

    private final ToyModel toy = ToyModel.ours();
    private final NDManager scope = NDManager.newBaseManager("PyTorch");
    private final PeftModel model = PeftModels.getPeftModel(toy.base().block(), config().build());

    @BeforeEach
    void addASecond() {
        model.addAdapter("second", config().optModulesToSave("down").build());
        train("default");
        train("second");
    }

    @AfterEach
    void close() {
        model.close();
        scope.close();
        toy.close();
    }

    private static LoraConfig.Builder config() {
        return LoraConfig.builder().optR(2).optTargetModules("table", "up");
    }

    private void train(String name) {
        for (Parameter p : model.adapter(name).trainable()) {
            Tensors.fill(p, scope.randomNormal(p.getShape()), 1);
        }
    }

    private byte[] output() {
        return Tensors.bytes(model.forward(toy.input(scope)).logits());
    }

    private byte[] output(Activation activation) {
        return Tensors.bytes(model.forward(toy.input(scope), activation).logits());
    }

    @Test
    void aScopeSwitchesOffAndOnAgain() {
        byte[] before = output();

        try (DisabledAdapters off = model.disableAdapter()) {
            assertThat(output()).isEqualTo(output(Activation.none()));
            assertThat(model.activation().enabled()).isFalse();
        }

        assertThat(output()).isEqualTo(before);
    }

    @Test
    void scopesMayOverlapAndEndInAnyOrder() {
        byte[] before = output();
        DisabledAdapters first = model.disableAdapter();
        DisabledAdapters second = model.disableAdapter();

        first.close();
        assertThat(output()).isEqualTo(output(Activation.none()));
        first.close();
        assertThat(output()).isEqualTo(output(Activation.none()));
        second.close();

        assertThat(output()).isEqualTo(before);
    }

    @Test
    void anAdapterChosenInsideAScopeActsWhenItEnds() {
        try (DisabledAdapters off = model.disableAdapter()) {
            model.setAdapter("second");
            assertThat(output()).isEqualTo(output(Activation.none()));
            model.deleteAdapter("default");
        }

        assertThat(model.activeAdapters()).containsExactly("second");
        assertThat(output()).isEqualTo(output(Activation.of("second")));
    }

    @Test
    void aScopeMaySilenceLayers() {
        byte[] all = output();
        byte[] up;
        try (DisabledAdapters off = model.disableAdapter("table")) {
            up = output();
        }
        try (DisabledAdapters off = model.disableAdapter("table");
                DisabledAdapters more = model.disableAdapter("up")) {
            assertThat(output()).isEqualTo(output(Activation.none()));
        }

        assertThat(up).isNotEqualTo(all).isNotEqualTo(output(Activation.none()));
        assertThat(output()).isEqualTo(all);
    }

    @Test
    void aScopeMaySilenceAModuleThatIsSavedWhole() {
        model.setAdapter("second");
        byte[] all = output();

        try (DisabledAdapters off = model.disableAdapter("down")) {
            assertThat(output()).isNotEqualTo(all);
        }
    }

    @Test
    void refusesToSilenceLayersWithoutAnAdapter() {
        assertThatThrownBy(() -> model.disableAdapter("table", "norm"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "No adapter acts at a layer called 'norm'. Adapted layers: down, table,"
                                + " up.");
        assertThatThrownBy(() -> model.disableAdapter(new String[0]))
                .hasMessage(
                        "disableAdapter is given no layer. Name one, or call disableAdapter() for"
                                + " all.");
        assertThat(model.activation()).isEqualTo(Activation.of("default"));
    }

    @Test
    void deletingTheActiveAdapterActivatesTheFirstThatIsLeft() {
        Parameter gone = model.adapter("default").trainable().iterator().next();

        model.deleteAdapter("default");

        assertThat(model.activeAdapters()).containsExactly("second");
        assertThat(model.adapter("second").trainable()).allMatch(Parameter::requiresGradient);
        assertThat(gone.getArray().isReleased()).isTrue();
        assertThat(output()).isEqualTo(output(Activation.of("second")));
    }

    @Test
    void deletingOneOfSeveralKeepsTheOthersAsTheyWere() {
        model.setActivation(Activation.of("second", "default").scale("default", 0.5));

        model.deleteAdapter("second");

        assertThat(model.activation()).isEqualTo(Activation.of("default").scale("default", 0.5));
    }

    @Test
    void deletingTheLastLeavesTheBase() {
        byte[] bare = output(Activation.none());
        model.deleteAdapter("second");
        model.deleteAdapter("default");

        assertThat(model.activeAdapters()).isEmpty();
        assertThat(output()).isEqualTo(bare);
    }

    @Test
    void aDeletedAdapterKeepsItsTensorsUntilRunningPassesAreDone() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        SequentialBlock block =
                new SequentialBlock()
                        .add(
                                LambdaBlock.singleton(
                                        x -> {
                                            inside.countDown();
                                            await(go);
                                            return x;
                                        }))
                        .add(linear());
        LoraConfig all = LoraConfig.builder().optTargetModules("Linear").build();
        try (PeftModel slow = PeftModels.getPeftModel(block, all)) {
            slow.addAdapter("other", all);
            Parameter a = slow.adapter("default").trainable().iterator().next();
            ModelInput input = ModelInput.of(ImmutableMap.of("x", scope.ones(new Shape(1, 2))));

            CompletableFuture<float[]> pass =
                    CompletableFuture.supplyAsync(
                            () -> slow.forward(input).logits().toFloatArray());
            await(inside);
            CompletableFuture<Void> deleted =
                    CompletableFuture.runAsync(() -> slow.deleteAdapter("default"));
            while (slow.peftConfig().containsKey("default")) {
                Thread.onSpinWait();
            }
            assertThat(a.getArray().isReleased()).isFalse();
            go.countDown();

            assertThat(pass.get()).hasSize(2);
            deleted.get();
            assertThat(a.getArray().isReleased()).isTrue();
        }
    }

    @Test
    void anAdapterDeletedFromInsideAPassActsToItsEnd() {
        AtomicReference<Runnable> inside = new AtomicReference<>(() -> {});
        SequentialBlock block =
                new SequentialBlock()
                        .add(
                                LambdaBlock.singleton(
                                        x -> {
                                            inside.get().run();
                                            return x;
                                        }))
                        .add(linear());
        LoraConfig all =
                LoraConfig.builder().optTargetModules("Linear").optInitLoraWeights(false).build();
        try (PeftModel inner = PeftModels.getPeftModel(block, all)) {
            ModelInput input = ModelInput.of(ImmutableMap.of("x", scope.ones(new Shape(1, 2))));
            Parameter a = inner.adapter("default").trainable().iterator().next();
            byte[] before = Tensors.bytes(inner.forward(input).logits());

            inside.set(() -> inner.deleteAdapter("default"));
            byte[] during = Tensors.bytes(inner.forward(input).logits());
            inside.set(() -> {});

            assertThat(during).isEqualTo(before);
            assertThat(a.getArray().isReleased()).isTrue();
            assertThat(Tensors.bytes(inner.forward(input).logits())).isNotEqualTo(before);
        }
    }

    @Test
    void mergedWeightsStayUntilRunningPassesAreDone() {
        AtomicReference<Runnable> inside = new AtomicReference<>(() -> {});
        SequentialBlock block =
                new SequentialBlock()
                        .add(
                                LambdaBlock.singleton(
                                        x -> {
                                            inside.get().run();
                                            return x;
                                        }))
                        .add(linear());
        LoraConfig all = LoraConfig.builder().optTargetModules("Linear").build();
        try (PeftModel inner = PeftModels.getPeftModel(block, all)) {
            ModelInput input = ModelInput.of(ImmutableMap.of("x", scope.ones(new Shape(1, 2))));
            inner.mergeAdapter();
            byte[] before = Tensors.bytes(inner.forward(input).logits());

            inside.set(inner::unmergeAdapter);
            byte[] during = Tensors.bytes(inner.forward(input).logits());

            assertThat(during).isEqualTo(before);
            assertThat(inner.mergedAdapters()).isEmpty();
        }
    }

    private Linear linear() {
        Linear linear = new Linear(2, 2);
        linear.initialize(scope, DataType.FLOAT32, new Shape(1, 2));
        return linear;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
