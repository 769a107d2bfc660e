package io.github.peft4j.task.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.testkit.LeakCheck;
import io.github.peft4j.testkit.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every prompt method must hold to, as TunerContract has it for methods of layers. */
abstract class PromptContract {

    private static final String FIRST = PromptSubject.FIRST;
    private static final String SECOND = PromptSubject.SECOND;

    /** A config with a task type, and two tasks where the method knows tasks. */
    abstract PeftConfig config();

    /** The keys of the method's own tensors in a file, heads left out, as PEFT writes them. */
    abstract ImmutableSet<String> keys();

    /** A golden model for the config's task. */
    String model() {
        return "bert-seqcls";
    }

    /** Whether a file holds all that trains. */
    boolean trainsFromFile() {
        return true;
    }

    private PromptSubject fresh() {
        return new PromptSubject(model(), config());
    }

    private PromptSubject trained() {
        return fresh().moved();
    }

    @Test
    void needsATaskType() {
        try (PromptSubject subject = fresh()) {
            Map<String, @Nullable Object> values = new HashMap<>(config().toMap());
            values.put("task_type", null);

            assertThatThrownBy(
                            () ->
                                    PeftModels.getPeftModel(
                                            subject.base(), PeftModels.getPeftConfig(values)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("task_type");
        }
    }

    @Test
    void trainsOnlyItsOwnParameters() {
        try (PromptSubject subject = trained()) {
            AdapterSet set = subject.model().adapter(FIRST);
            ImmutableMap<String, byte[]> own = subject.tensors(set.tensors());
            ImmutableMap<String, byte[]> other =
                    subject.tensors(subject.model().adapter(SECOND).tensors());
            ImmutableMap<String, byte[]> base = subject.tensors(subject.base().parameters());

            subject.trainSteps(3);

            assertThat(subject.model().trainableTensors().values())
                    .containsExactlyInAnyOrderElementsOf(set.trainable())
                    .isNotEmpty();
            assertThat(subject.tensors(set.tensors())).isNotEqualTo(own);
            assertThat(subject.tensors(subject.model().adapter(SECOND).tensors()))
                    .containsExactlyEntriesOf(other);
            assertThat(subject.tensors(subject.base().parameters())).containsExactlyEntriesOf(base);
        }
    }

    @Test
    void everyTrainedTensorGetsGradient() {
        try (PromptSubject subject = trained()) {
            subject.backward();

            subject.model()
                    .trainableTensors()
                    .forEach(
                            (key, p) -> {
                                try (NDArray gradient = p.getArray().getGradient()) {
                                    assertThat(gradient.toFloatArray())
                                            .as(key)
                                            .matches(PromptContract::isFiniteAndNotZero);
                                }
                            });
        }
    }

    private static boolean isFiniteAndNotZero(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return sum > 0 && Double.isFinite(sum);
    }

    @Test
    void savesAndLoadsEqual(@TempDir Path directory) throws IOException {
        try (PromptSubject subject = trained();
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            subject.trainSteps(1);
            subject.model().savePretrained(directory, FIRST);

            try (PeftModel again = PeftModels.fromPretrained(subject.base(), directory)) {
                NDArray theirs = again.forward(subject.input(scope)).logits();

                assertThat(Tensors.bytes(theirs)).isEqualTo(subject.bytes(Activation.of(FIRST)));
                assertThat(again.trainableTensors()).isEmpty();
            }
        }
    }

    @Test
    void goesOnFromAFileThatHoldsAllThatTrains(@TempDir Path directory) throws IOException {
        LoadAdapterOptions options = LoadAdapterOptions.builder().optTrainable(true).build();
        try (PromptSubject subject = trained()) {
            subject.model().savePretrained(directory, FIRST);
            ImmutableMap<String, byte[]> saved =
                    subject.tensors(subject.model().trainableTensors());
            if (!trainsFromFile()) {
                assertThatThrownBy(
                                () ->
                                        PeftModels.fromPretrained(
                                                subject.base(), directory, FIRST, options))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("prompt_embeddings")
                        .hasMessageContaining("training cannot go on from it");
                return;
            }
            try (PeftModel again =
                    PeftModels.fromPretrained(subject.base(), directory, FIRST, options)) {
                assertThat(subject.tensors(again.trainableTensors()))
                        .containsExactlyEntriesOf(saved);
            }
        }
    }

    @Test
    void keysMatchHuggingFace(@TempDir Path directory) throws IOException {
        try (PromptSubject subject = fresh()) {
            subject.model().savePretrained(directory, FIRST);

            try (Checkpoint checkpoint = Checkpoint.openAdapter(directory)) {
                assertThat(checkpoint.names().stream().filter(key -> !key.contains("classifier")))
                        .containsExactlyInAnyOrderElementsOf(keys());
                assertThat(checkpoint.names().stream().filter(key -> key.contains("classifier")))
                        .allMatch(key -> key.startsWith("base_model.classifier."));
            }
        }
    }

    @Test
    void disabledEqualsBase() {
        try (PromptSubject subject = trained()) {
            byte[] bare = subject.bare();

            assertThat(subject.bytes(Activation.of(FIRST))).isNotEqualTo(bare);
            try (var off = subject.model().disableAdapter()) {
                assertThat(subject.bytes(subject.model().activation())).isEqualTo(bare);
            }
            assertThat(subject.bytes(Activation.none())).isEqualTo(bare);
        }
    }

    @Test
    void treatsRowsAlikeAloneAndInABatch() {
        try (PromptSubject subject = trained();
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            NDArray together =
                    subject.output(scope, Activation.of(FIRST))
                            .withoutVirtualTokens()
                            .logits()
                            .get("1:2");
            NDArray alone =
                    subject.model().forward(subject.row(scope, 1)).withoutVirtualTokens().logits();
            if (alone.getShape().dimension() == 3) {
                together = together.get(":, :" + alone.getShape().get(1));
            }

            Tensors.assertClose(alone, together, Tensors.OUTPUT, "row alone");
        }
    }

    @Test
    void switchesBetweenAdaptersButRunsOneAtATime() {
        try (PromptSubject subject = trained()) {
            byte[] first = subject.bytes(Activation.of(FIRST));
            subject.model().setAdapter(SECOND);

            assertThat(subject.bytes(subject.model().activation())).isNotEqualTo(first);
            assertThatThrownBy(() -> subject.model().setAdapter(FIRST, SECOND))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[default, second]")
                    .hasMessageContaining("only one")
                    .hasMessageContaining("can act");
            assertThat(subject.model().activeAdapters()).containsExactly(SECOND);
        }
    }

    @Test
    void refusesScalesAndMerging() {
        try (PromptSubject subject = trained()) {
            assertThatThrownBy(() -> subject.model().setScale(FIRST, 0.5))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'default' changes the model's inputs")
                    .hasMessageContaining("0.5");
            assertThatThrownBy(subject.model()::mergeAndUnload)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("nothing to merge")
                    .hasMessageContaining("[default]");
            assertThatThrownBy(subject.model()::mergeAdapter)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("nothing to merge");
        }
    }

    @Test
    void concurrentPassesAgree() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (PromptSubject subject = trained()) {
            byte[] first = subject.bytes(Activation.of(FIRST));
            byte[] second = subject.bytes(Activation.of(SECOND));
            List<Future<Boolean>> results = new ArrayList<>();
            results.add(threads.submit(() -> repeats(subject, FIRST, first)));
            results.add(threads.submit(() -> repeats(subject, SECOND, second)));

            for (Future<Boolean> result : results) {
                assertThat(result.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean repeats(PromptSubject subject, String name, byte[] bytes) {
        return IntStream.range(0, 20)
                .allMatch(i -> Arrays.equals(subject.bytes(Activation.of(name)), bytes));
    }

    @Test
    void aWholeLifeLeavesNothingBehind(@TempDir Path directory) throws IOException {
        try (PromptSubject subject = trained()) {
            subject.model().savePretrained(directory);

            int growth = LeakCheck.growth(10, () -> live(subject, directory));

            assertThat(growth).as("arrays and managers").isZero();
        }
        assertThat(LeakCheck.growth(2, () -> trained().close())).as("opened, closed").isZero();
    }

    /** Loads, trains, predicts, copies, saves and deletes; what a model does in its life. */
    private void live(PromptSubject subject, Path saved) throws IOException {
        PeftModel model = subject.model();
        LoadAdapterOptions options =
                LoadAdapterOptions.builder().optTrainable(trainsFromFile()).build();
        model.loadAdapter(saved, "third", options);
        model.setAdapter(trainsFromFile() ? "third" : FIRST);
        subject.trainSteps(1);
        model.copyAdapter("third", "fourth");
        model.setAdapter("fourth");
        subject.bytes(Activation.of("third"));
        model.loadAdapter(saved, "third");
        assertThatThrownBy(model::unload).hasMessageContaining("nothing to merge");
        try (var off = model.disableAdapter()) {
            subject.bytes(model.activation());
        }
        model.savePretrained(saved);
        model.deleteAdapter("fourth");
        model.deleteAdapter("third");
        model.setAdapter(FIRST);
        PeftModels.fromPretrained(subject.base(), saved).close();
    }

    @Test
    void holdsNoArraysAfterPass() {
        try (PromptSubject subject = trained()) {
            assertThat(LeakCheck.growth(() -> subject.bytes(Activation.of(FIRST))))
                    .as("prediction")
                    .isZero();
            assertThat(LeakCheck.growth(subject::backward)).as("training").isZero();
        }
    }

    @Test
    void copiesAnAdapterWithAllItsTensors() {
        try (PromptSubject subject = trained()) {
            subject.model().copyAdapter(FIRST, "copy");

            assertThat(subject.bytes(Activation.of("copy")))
                    .isEqualTo(subject.bytes(Activation.of(FIRST)));
            Parameter copied = subject.model().adapter("copy").trainable().iterator().next();
            assertThat(subject.model().adapter(FIRST).trainable()).doesNotContain(copied);
        }
    }
}
