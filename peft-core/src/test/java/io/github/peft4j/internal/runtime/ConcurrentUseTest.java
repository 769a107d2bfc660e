package io.github.peft4j.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One model in many threads: some change its adapters, others read them. */
class ConcurrentUseTest {

    private final ToyModel toy = ToyModel.ours();
    private final NDManager scope = NDManager.newBaseManager("PyTorch");
    private final PeftModel model = PeftModels.getPeftModel(toy.base().block(), config());
    private final AtomicBoolean done = new AtomicBoolean();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @TempDir private Path folder;

    private static LoraConfig config() {
        return LoraConfig.builder().optR(2).optTargetModules("table", "up").build();
    }

    /** Two versions of one adapter. */
    @BeforeEach
    void saveTwoVersions() throws Exception {
        for (String version : new String[] {"a", "b"}) {
            for (Parameter p : model.adapter("default").trainable()) {
                Tensors.fill(p, scope.randomNormal(p.getShape()), 1);
            }
            model.savePretrained(folder.resolve(version));
        }
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        model.close();
        scope.close();
        toy.close();
    }

    /** Repeats something until the test is done; fails with it. */
    private Future<Integer> repeat(Callable<?> action) {
        return threads.submit(
                () -> {
                    int count = 0;
                    for (; !done.get(); count++) {
                        action.call();
                    }
                    return count;
                });
    }

    private void end(List<Future<Integer>> all) throws Exception {
        done.set(true);
        for (Future<Integer> each : all) {
            assertThat(each.get(1, TimeUnit.MINUTES)).isPositive();
        }
    }

    private byte[] output(String adapter) {
        try (NDManager own = NDManager.newBaseManager("PyTorch")) {
            return Tensors.bytes(model.forward(toy.input(own), Activation.of(adapter)).logits());
        }
    }

    @Test
    void aPredictionSeesTheOldOrTheNewAdapter() throws Exception {
        byte[] second = output("default");
        model.loadAdapter(folder.resolve("a"), "default");
        byte[] first = output("default");
        assertThat(first).isNotEqualTo(second);
        List<Future<Integer>> all = new ArrayList<>();
        all.add(
                repeat(
                        () -> {
                            model.loadAdapter(folder.resolve("b"), "default");
                            return model.loadAdapter(folder.resolve("a"), "default");
                        }));
        int news = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] seen = output("default");
            assertThat(seen).isIn(first, second);
            news += seen[0] == second[0] ? 1 : 0;
        }
        assertThat(news).isPositive();
        end(all);
    }

    @Test
    void whatReadsAdaptersHoldsThemWhileOthersDeleteThem() throws Exception {
        List<Future<Integer>> all = new ArrayList<>();
        for (String name : new String[] {"x", "y"}) {
            all.add(
                    repeat(
                            () -> {
                                model.loadAdapter(folder.resolve("a"), name);
                                model.deleteAdapter(name);
                                return name;
                            }));
        }
        Path saved = folder.resolve("all");
        Callable<?> save =
                () -> {
                    model.savePretrained(saved);
                    return saved;
                };
        all.add(repeat(save));
        all.add(
                repeat(
                        () -> {
                            try (MergedModel merged = model.mergeAndUnload("default")) {
                                return merged.parameters();
                            }
                        }));
        all.add(repeat(model::trainableParameters));
        for (int copy = 0; copy < 200; copy++) {
            model.copyAdapter("default", "copy");
            model.mergeAdapter();
            model.unmergeAdapter();
            model.deleteAdapter("copy");
        }
        end(all);
    }

    @Test
    void closingWaitsForAPassAndEndsTheNext() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AdapterRegistry registry = new AdapterRegistry(model.base(), at -> null);
        Future<String> pass =
                threads.submit(
                        () ->
                                registry.reading(
                                        () -> {
                                            inside.countDown();
                                            release.await();
                                            return "done";
                                        }));
        inside.await();
        Future<?> closing = threads.submit(registry::close);
        Thread.sleep(50);
        assertThat(closing.isDone()).isFalse();
        release.countDown();
        assertThat(pass.get()).isEqualTo("done");
        closing.get(10, TimeUnit.SECONDS);
        assertThatThrownBy(() -> registry.reading(() -> "more"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("The model was closed");
    }

    @Test
    void refusesToCloseOrOverwriteInsideAPass() throws Exception {
        AtomicReference<Callable<?>> inside = new AtomicReference<>(() -> true);
        Block block =
                new SequentialBlock()
                        .add(
                                LambdaBlock.singleton(
                                        x -> {
                                            call(inside.get());
                                            return x;
                                        }))
                        .add(Linear.builder().setUnits(2).build());
        block.initialize(scope, DataType.FLOAT32, new Shape(1, 2));
        LoraConfig all = LoraConfig.builder().optTargetModules("Linear").build();
        ModelInput input = ModelInput.of(ImmutableMap.of("x", scope.ones(new Shape(1, 2))));
        try (PeftModel inner = PeftModels.getPeftModel(block, all)) {
            Path saved = folder.resolve("inner");
            inner.savePretrained(saved);

            inside.set(() -> inner.loadAdapter(saved, "default"));
            assertThatThrownBy(() -> inner.forward(input))
                    .hasStackTraceContaining("cannot change its tensors inside a forward pass");
            inside.set(
                    () -> {
                        inner.close();
                        return true;
                    });
            assertThatThrownBy(() -> inner.forward(input))
                    .hasStackTraceContaining("cannot close it inside a forward pass");
            inside.set(() -> true);
            assertThat(inner.forward(input).logits().toFloatArray()).hasSize(2);
        }
    }

    private static void call(Callable<?> action) {
        try {
            action.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
