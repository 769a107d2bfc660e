package io.github.peft4j.tuner.lora.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.testkit.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On W = diag(4, 3, 2, 1) with a fifth column of zeros, whose parts can be told by hand. */
class WeightStartsTest {

    private static final float[] W = {
        4, 0, 0, 0, 0,
        0, 3, 0, 0, 0,
        0, 0, 2, 0, 0,
        0, 0, 0, 1, 0
    };

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @BeforeEach
    void seed() {
        manager.getEngine().setRandomSeed(1);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private StartLayer layer(int rank, double scaling) {
        return new StartLayer("up", 5, 4, rank, scaling, scope -> scope.create(W, new Shape(4, 5)));
    }

    private LoraInitializer.Pair pair(LoraInitializer start, int rank, double scaling) {
        StartLayer layer = layer(rank, scaling);
        start.requireLayer(layer);
        return start.create(manager, layer);
    }

    private float[] product(LoraInitializer.Pair pair) {
        return pair.b().matMul(pair.a()).toFloatArray();
    }

    private void assertMatrix(float[] ours, float... theirs) {
        assertThat(Tensors.relativeError(manager.create(ours), manager.create(theirs)))
                .isLessThan(1e-6);
    }

    @Test
    void pissaTakesTheLargestPartsAndDividesThemByTheScale() {
        LoraInitializer.Pair pair = pair(LoraInitializer.pissa(), 2, 4);

        assertMatrix(product(pair), 1, 0, 0, 0, 0, 0, .75f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        assertMatrix(
                pair.a().abs().toFloatArray(), 1, 0, 0, 0, 0, 0, (float) Math.sqrt(.75), 0, 0, 0);
        assertMatrix(pair.b().abs().toFloatArray(), 1, 0, 0, (float) Math.sqrt(.75), 0, 0, 0, 0);
    }

    @Test
    void fastPissaFindsTheSameWhereTheRangeIsWhole() {
        assertMatrix(
                product(pair(LoraInitializer.pissa(16), 4, 1)),
                product(pair(LoraInitializer.pissa(), 4, 1)));
    }

    @Test
    void oloraTakesTheFirstRowsAndColumnsAsTheyAre() {
        LoraInitializer.Pair pair = pair(LoraInitializer.olora(), 1, 4);

        assertMatrix(product(pair), 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        assertMatrix(pair.b().abs().toFloatArray(), 1, 0, 0, 0);
    }

    @Test
    void micaTakesTheVectorsOfTheSmallestParts() {
        LoraInitializer.Pair pair = pair(LoraInitializer.mica(), 2, 1);

        assertThat(pair.a().toFloatArray()).containsOnly(0);
        assertMatrix(pair.b().abs().toFloatArray(), 0, 0, 0, 0, 1, 0, 0, 1);
        assertThat(LoraInitializer.mica().trainsB()).isFalse();
    }

    @Test
    void startsKeepNothingButThePair() {
        for (LoraInitializer start :
                new LoraInitializer[] {
                    LoraInitializer.pissa(),
                    LoraInitializer.pissa(2),
                    LoraInitializer.olora(),
                    LoraInitializer.mica()
                }) {
            try (NDManager own = manager.newSubManager()) {
                LoraInitializer.Pair pair = start.create(own, layer(2, 1));

                assertThat(own.getManagedArrays()).containsExactlyInAnyOrder(pair.a(), pair.b());
            }
        }
    }

    @Test
    void decompositionsGiveNoMorePartsThanThereAre() {
        assertThat(LoraInitializer.pissa().rank(layer(9, 1))).isEqualTo(4);
        assertThat(pair(LoraInitializer.olora(), 9, 1).a().getShape()).isEqualTo(new Shape(4, 5));
    }

    @Test
    void refusesWhatCannotBeDecomposed() {
        assertThatThrownBy(() -> LoraInitializer.mica().requireLayer(layer(5, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "r is 5, but MiCA at up, a layer [4, 5], has room for r = 4 at most. Choose"
                                + " a smaller r.");
        assertThatThrownBy(() -> LoraInitializer.pissa().requireLayer(layer(2, -1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("divides by the scale")
                .hasMessageContaining("Choose a positive lora_alpha");
        assertThatThrownBy(() -> LoraInitializer.pissa(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 or more");
    }

    @Test
    void userGivenStartsSeeTheLayerIfTheyWantTo() {
        LoraInitializer own =
                new LoraInitializer() {
                    @Override
                    public Pair create(NDManager scope, long in, long out, int rank) {
                        throw new AssertionError("the layer was asked for");
                    }

                    @Override
                    public Pair create(NDManager scope, StartLayer layer) {
                        NDArray first = TensorOps.detached(layer.weight(scope).get("0:1"));
                        return new Pair(first, scope.zeros(new Shape(layer.out(), 1)));
                    }
                };

        assertThat(pair(own, 1, 1).a().toFloatArray()).containsExactly(4, 0, 0, 0, 0);
    }
}
