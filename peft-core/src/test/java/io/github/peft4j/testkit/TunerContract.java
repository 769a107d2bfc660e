package io.github.peft4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterables;
import com.google.common.collect.Sets;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.io.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every method must hold to. A subclass gives a config and the keys of its file; what applies
 * follows from the interfaces that the method's adapters implement.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class TunerContract extends TunerTraits {

    private static final String FIRST = TunerSubject.FIRST;
    private static final String SECOND = TunerSubject.SECOND;

    /** The bases that the method can adapt: all layers, or those only that pass activations on. */
    final List<TunerBase> bases() {
        return fitsStockLayers() && worksByWeight()
                ? ImmutableList.copyOf(TunerBase.values())
                : ImmutableList.of(TunerBase.OUR_LAYERS);
    }

    private boolean worksByWeight() {
        try (TunerSubject subject = fresh(TunerBase.OUR_LAYERS)) {
            return subject.is(WeightAdapter.class)
                    && Iterables.all(
                            subject.model().adapter(FIRST).layers().values(),
                            adapter -> ((WeightAdapter) adapter).needsActivation() == null);
        }
    }

    private TunerSubject fresh(TunerBase base) {
        return new TunerSubject(base.open(), config(), secondConfig());
    }

    private TunerSubject trained(TunerBase base) {
        TunerSubject subject = fresh(base);
        try (NDManager scratch = NDManager.newBaseManager("PyTorch")) {
            train(subject.model().adapter(FIRST), scratch);
            train(subject.model().adapter(SECOND), scratch);
        }
        return subject;
    }

    @ParameterizedTest
    @MethodSource("bases")
    void isIdentityAtInit(TunerBase base) {
        try (TunerSubject subject = fresh(base)) {
            double change = subject.distance(Activation.of(FIRST), Activation.none());
            subject.tellsItsEffect(startsAsIdentity(), this::train);

            if (startsAsIdentity()) {
                assertThat(change).as("effect at start").isLessThanOrEqualTo(roundingAtStart());
            } else {
                assertThat(change).as("effect at start").isGreaterThan(roundingAtStart());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("bases")
    void trainsOnlyItsOwnParameters(TunerBase base) {
        try (TunerSubject subject = trained(base)) {
            AdapterSet set = subject.model().adapter(FIRST);
            ImmutableMap<String, byte[]> other = subject.bytes(SECOND);

            subject.trainSteps(2);

            assertThat(subject.model().trainableTensors().values())
                    .containsExactlyInAnyOrderElementsOf(set.trainable())
                    .isNotEmpty();
            for (Parameter parameter : subject.toy().base().parameters().values()) {
                try (NDArray gradient = parameter.getArray().getGradient()) {
                    assertThat(gradient.toFloatArray()).containsOnly(0);
                }
            }
            assertThat(subject.bytes(SECOND)).containsExactlyEntriesOf(other);
        }
    }

    @ParameterizedTest
    @MethodSource("bases")
    void everyTrainedTensorGetsGradient(TunerBase base) {
        try (TunerSubject subject = trained(base)) {
            subject.backward();

            subject.model()
                    .trainableTensors()
                    .forEach(
                            (key, p) ->
                                    assertThat(TunerSubject.gradientNorm(p))
                                            .as(key)
                                            .isPositive()
                                            .isFinite());
        }
    }

    @ParameterizedTest
    @MethodSource("bases")
    void mergedEqualsActivation(TunerBase base) {
        try (TunerSubject subject = trained(base)) {
            if (!subject.is(WeightAdapter.class)) {
                Assertions.assertThatThrownBy(subject.model()::mergeAndUnload)
                        .hasMessageContaining("unmerged");
                return;
            }
            subject.model().setActivation(subject.active());
            try (MergedModel merged = subject.model().mergeAndUnload();
                    NDManager scope = NDManager.newBaseManager("PyTorch")) {
                NDArray ours = merged.forward(subject.toy().input(scope)).logits();
                NDArray theirs = subject.output(scope, subject.active());

                Tensors.assertClose(ours, theirs, Tensors.OUTPUT, "merged");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("bases")
    void baseIsBitwiseUnchanged(TunerBase base, @TempDir Path directory) throws IOException {
        try (TunerSubject subject = trained(base)) {
            ImmutableMap<String, byte[]> before = subject.toy().bytes();

            subject.trainSteps(3);
            subject.model().savePretrained(directory);
            if (subject.is(WeightAdapter.class)) {
                subject.model().mergeAndUnload().close();
            }

            assertThat(subject.toy().bytes()).containsExactlyEntriesOf(before);
        }
    }

    @ParameterizedTest
    @MethodSource("bases")
    void mergingLeavesTheAdapterAsItWas(TunerBase base) {
        try (TunerSubject subject = trained(base);
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            byte[] before = Tensors.bytes(subject.output(scope, Activation.of(FIRST)));
            if (subject.is(WeightAdapter.class)) {
                subject.model().mergeAndUnload().close();
            }

            assertThat(Tensors.bytes(subject.output(scope, Activation.of(FIRST))))
                    .isEqualTo(before);
        }
    }

    @ParameterizedTest
    @MethodSource("bases")
    void savesAndLoadsEqual(TunerBase base, @TempDir Path directory) throws IOException {
        try (TunerSubject subject = trained(base);
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            subject.model().savePretrained(directory, FIRST);

            try (PeftModel again =
                    PeftModels.fromPretrained(subject.toy().base().block(), directory)) {
                NDArray theirs = again.forward(subject.toy().input(scope)).logits();
                NDArray ours = subject.output(scope, Activation.of(FIRST));

                assertThat(Tensors.bytes(theirs)).isEqualTo(Tensors.bytes(ours));
                assertThat(again.trainableTensors()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("bases")
    void loadingDrawsNothing(TunerBase base, @TempDir Path directory) throws IOException {
        try (TunerSubject subject = trained(base);
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            subject.model().savePretrained(directory, FIRST);
            Engine.getEngine("PyTorch").setRandomSeed(5);
            float[] expected = scope.randomNormal(new Shape(4)).toFloatArray();

            Engine.getEngine("PyTorch").setRandomSeed(5);
            PeftModels.fromPretrained(subject.toy().base().block(), directory).close();

            assertThat(scope.randomNormal(new Shape(4)).toFloatArray()).containsExactly(expected);
        }
    }

    @ParameterizedTest
    @MethodSource("bases")
    void keysMatchHuggingFace(TunerBase base, @TempDir Path directory) throws IOException {
        try (TunerSubject subject = fresh(base)) {
            subject.model().savePretrained(directory, FIRST);

            try (Checkpoint checkpoint = Checkpoint.openAdapter(directory)) {
                Set<String> expected =
                        Sets.filter(
                                keysOnOurLayers(),
                                key -> base == TunerBase.OUR_LAYERS || !key.contains(".table."));
                assertThat(checkpoint.names()).containsExactlyInAnyOrderElementsOf(expected);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("bases")
    void twoAdaptersCompose(TunerBase base) {
        try (TunerSubject subject = trained(base);
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            if (takesTurns()) {
                Assertions.assertThatThrownBy(() -> subject.model().setAdapter(FIRST, SECOND))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(SECOND);
                return;
            }
            if (subject.is(DeltaAdapter.class)) {
                // The last layer alone is linear in what is added to it.
                ImmutableList<String> below = ImmutableList.of("table", "up");
                NDArray bare = subject.output(scope, Activation.none());
                NDArray one = subject.output(scope, Activation.of(FIRST).disableLayers(below));
                NDArray two = subject.output(scope, Activation.of(SECOND).disableLayers(below));
                NDArray both =
                        subject.output(scope, Activation.of(FIRST, SECOND).disableLayers(below));

                Tensors.assertClose(both, one.add(two).sub(bare), Tensors.OUTPUT, "sum");
            }
            if (subject.is(WeightAdapter.class) && mergesPairsExactly()) {
                subject.model().setAdapter(FIRST, SECOND);
                try (MergedModel merged = subject.model().mergeAndUnload()) {
                    NDArray folded = merged.forward(subject.toy().input(scope)).logits();
                    NDArray stacked = subject.output(scope, Activation.of(FIRST, SECOND));

                    Tensors.assertClose(folded, stacked, Tensors.OUTPUT, "merged pair");
                }
            }
            double effect = subject.distance(Activation.of(FIRST, SECOND), Activation.of(FIRST));
            assertThat(effect).as("effect of the second").isPositive();
        }
    }

    @ParameterizedTest
    @MethodSource("bases")
    void honoursItsScale(TunerBase base) {
        try (TunerSubject subject = trained(base)) {
            assumeThat(subject.is(DeltaAdapter.class))
                    .as("only what is added to the output has a scale")
                    .isTrue();
            Activation all = Activation.of(FIRST);

            assertThat(subject.distance(all.scale(FIRST, 0), Activation.none())).isZero();
            assertThat(subject.distance(all.scale(FIRST, 0.5), all)).isPositive();
            assertThat(subject.distance(all.scale(FIRST, 1), all)).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("bases")
    void disabledEqualsBase(TunerBase base) {
        try (TunerSubject subject = trained(base);
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            NDArray bare = subject.bare(scope);

            assertThat(subject.distance(Activation.of(FIRST), Activation.none())).isPositive();
            try (var off = subject.model().disableAdapter()) {
                NDArray silent = subject.model().forward(subject.toy().input(scope)).logits();
                assertThat(Tensors.bytes(silent)).isEqualTo(Tensors.bytes(bare));
            }
            NDArray none = subject.output(scope, Activation.none());
            assertThat(Tensors.bytes(none)).isEqualTo(Tensors.bytes(bare));
        }
    }

    @ParameterizedTest
    @MethodSource("bases")
    void treatsRowsAlikeIfItAllowsPacking(TunerBase base) {
        try (TunerSubject subject = trained(base);
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            assumeThat(subject.model().adapter(FIRST).allowsPacking())
                    .as("the adapter depends on rows")
                    .isTrue();
            NDArray together = subject.output(scope, Activation.of(FIRST)).get("2:3");
            NDArray alone = subject.model().forward(subject.toy().row(scope, 2)).logits();

            Tensors.assertClose(alone, together, Tensors.OUTPUT, "row alone");
        }
    }

    @ParameterizedTest
    @MethodSource("bases")
    void concurrentPassesAgree(TunerBase base) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (TunerSubject subject = trained(base)) {
            Map<String, byte[]> alone =
                    ImmutableMap.of(FIRST, subject.serial(FIRST), SECOND, subject.serial(SECOND));
            List<Future<Boolean>> results = new ArrayList<>();
            alone.forEach(
                    (name, bytes) ->
                            results.add(threads.submit(() -> subject.repeats(name, bytes))));

            assertThat(alone.get(FIRST)).isNotEqualTo(alone.get(SECOND));
            for (Future<Boolean> result : results) {
                assertThat(result.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @MethodSource("bases")
    void aWholeLifeLeavesNothingBehind(TunerBase base, @TempDir Path directory) throws IOException {
        try (TunerSubject subject = trained(base)) {
            subject.model().savePretrained(directory);

            int growth = LeakCheck.growth(10, () -> subject.live(directory));

            assertThat(growth).as("arrays and managers").isZero();
        }
        assertThat(LeakCheck.growth(2, () -> trained(base).close())).as("opened, closed").isZero();
    }

    @ParameterizedTest
    @MethodSource("bases")
    void holdsNoArraysAfterPass(TunerBase base) {
        try (TunerSubject subject = trained(base)) {
            assertThat(LeakCheck.growth(() -> subject.serial(FIRST))).as("prediction").isZero();
            assertThat(LeakCheck.growth(subject::backward)).as("training").isZero();
        }
    }
}
