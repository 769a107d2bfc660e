package io.github.peft4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.internal.store.ReadAdapter;
import io.github.peft4j.internal.store.StoredAdapter;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.testkit.LeakCheck;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a model says when it is used although it was closed, and what it keeps: nothing. */
class ClosedModelTest {

    private static final LoraConfig LORA =
            LoraConfig.builder().optR(2).optTargetModules("up", "down").build();

    @TempDir private Path folder;

    /** Something that is done with a model. */
    private record Use(String name, Action action) {
        @Override
        public String toString() {
            return name;
        }
    }

    @FunctionalInterface
    private interface Action {
        void on(PeftModel model, Path folder) throws IOException;
    }

    static Stream<Use> uses() {
        return Stream.of(
                new Use("add", (model, at) -> model.addAdapter("x", LORA)),
                new Use("copy", (model, at) -> model.copyAdapter("default", "x")),
                new Use("load new", (model, at) -> model.loadAdapter(at, "x")),
                new Use("load known", (model, at) -> model.loadAdapter(at, "default")),
                new Use("activate", (model, at) -> model.setAdapter("second")),
                new Use("choose", (model, at) -> model.setActivation(Activation.of("second"))),
                new Use("delete", (model, at) -> model.deleteAdapter("second")),
                new Use("merge", (model, at) -> model.mergeAdapter()),
                new Use("unmerge", (model, at) -> model.unmergeAdapter()),
                new Use("fold", (model, at) -> model.mergeAndUnload()),
                new Use("unload", (model, at) -> model.unload()),
                new Use("save", (model, at) -> model.savePretrained(at)),
                new Use("disable", (model, at) -> model.disableAdapter()));
    }

    private PeftModel open(ToyModel toy) throws IOException {
        PeftModel model = PeftModels.getPeftModel(toy.base().block(), LORA);
        model.addAdapter("second", LORA);
        model.savePretrained(folder);
        return model;
    }

    @ParameterizedTest
    @MethodSource("uses")
    void saysThatItWasClosed(Use use) throws IOException {
        try (ToyModel toy = ToyModel.ours()) {
            int before = LeakCheck.count() + LeakCheck.managers();
            PeftModel model = open(toy);
            model.close();

            assertThatThrownBy(() -> use.action().on(model, folder))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("The model was closed. Load it again");

            model.close();
            assertThat(LeakCheck.count() + LeakCheck.managers()).isEqualTo(before);
        }
    }

    @Test
    void takesNoAdapterThatWasReadBeforeItWasClosed() throws IOException {
        try (ToyModel toy = ToyModel.ours()) {
            int before = LeakCheck.count() + LeakCheck.managers();
            PeftModel model = open(toy);
            try (ReadAdapter read =
                    StoredAdapter.in(folder, LoadAdapterOptions.DEFAULT)
                            .readFor(model.registry(), "third")) {
                model.close();

                assertThatThrownBy(read::publish)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("The model was closed");
            }
            assertThat(LeakCheck.count() + LeakCheck.managers()).isEqualTo(before);
        }
    }

    @Test
    void aScopeThatEndsAfterItsModelDoesNoHarm() throws IOException {
        try (ToyModel toy = ToyModel.ours()) {
            PeftModel model = open(toy);
            DisabledAdapters off = model.disableAdapter();
            model.close();

            off.close();

            assertThat(model.peftConfig()).hasSize(2);
        }
    }

    @Test
    void modelsOverModelsAreClosedInAnyOrder() throws IOException {
        try (ToyModel toy = ToyModel.ours()) {
            int growth =
                    LeakCheck.growth(
                            2,
                            () -> {
                                for (int order = 0; order < 6; order++) {
                                    closeInOrder(toy, order);
                                }
                            });

            assertThat(growth).isZero();
        }
    }

    private void closeInOrder(ToyModel toy, int order) throws IOException {
        PeftModel lower = open(toy);
        MergedModel merged = lower.mergeAndUnload();
        PeftModel upper = PeftModels.getPeftModel(merged, LORA);
        AutoCloseable[] all = {lower, merged, upper};
        int first = order % 3;
        close(all[first]);
        if (first > 0) {
            refuses(toy, upper);
        }
        close(all[(first + 1 + order / 3) % 3]);
        close(all[(first + 2 - order / 3) % 3]);
        close(all[first]);
        refuses(toy, upper);
    }

    private static void refuses(ToyModel toy, PeftModel model) {
        try (NDManager scope = NDManager.newBaseManager("PyTorch")) {
            assertThatThrownBy(() -> model.forward(toy.input(scope)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("was closed");
        }
    }

    private static void close(AutoCloseable model) {
        try {
            model.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
