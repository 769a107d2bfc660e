package io.github.peft4j.tuner.lora.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.tuner.lora.InitLoraWeights;
import io.github.peft4j.tuner.lora.LoraStarts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoraInitializerTest {

    private static final int IN = 400;
    private static final int OUT = 300;
    private static final int RANK = 16;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @BeforeEach
    void seed() {
        manager.getEngine().setRandomSeed(1);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private LoraInitializer.Pair pair(LoraInitializer initializer) {
        LoraInitializer.Pair pair = initializer.create(manager, IN, OUT, RANK);
        assertThat(pair.a().getShape()).isEqualTo(new Shape(RANK, IN));
        assertThat(pair.b().getShape()).isEqualTo(new Shape(OUT, RANK));
        return pair;
    }

    private static void assertUniform(NDArray array, double bound) {
        double largest = 0;
        double smallest = 0;
        for (float value : array.toFloatArray()) {
            largest = Math.max(largest, value);
            smallest = Math.min(smallest, value);
        }
        assertThat(largest).isBetween(0.99 * bound, bound);
        assertThat(smallest).isBetween(-bound, -0.99 * bound);
        assertThat(deviation(array)).isCloseTo(bound / Math.sqrt(3), within(0.03 * bound));
    }

    private static double deviation(NDArray array) {
        float[] values = array.toFloatArray();
        double sum = 0;
        double squares = 0;
        for (float value : values) {
            sum += value;
            squares += (double) value * value;
        }
        double mean = sum / values.length;
        return Math.sqrt(squares / values.length - mean * mean);
    }

    private static void assertZero(NDArray array) {
        assertThat(array.toFloatArray()).containsOnly(0);
    }

    @Test
    void kaimingIsUniformWithinOneOverTheRootOfTheInputs() {
        LoraInitializer.Pair pair = pair(LoraInitializer.kaiming());

        assertUniform(pair.a(), 1 / Math.sqrt(IN));
        assertZero(pair.b());
    }

    @Test
    void randomDrawsBothFactors() {
        LoraInitializer.Pair pair = pair(LoraInitializer.random());

        assertUniform(pair.a(), 1 / Math.sqrt(IN));
        assertUniform(pair.b(), 1 / Math.sqrt(RANK));
    }

    @Test
    void gaussianHasADeviationOfOneOverTheRank() {
        LoraInitializer.Pair pair = pair(LoraInitializer.gaussian());

        assertThat(deviation(pair.a())).isCloseTo(1.0 / RANK, within(0.03 / RANK));
        assertZero(pair.b());
    }

    @Test
    void normalHasTheDeviationGiven() {
        assertThat(deviation(pair(LoraInitializer.normal(1)).a())).isCloseTo(1, within(0.03));
        assertThat(deviation(pair(LoraInitializer.normal(0.2)).a())).isCloseTo(0.2, within(0.006));
        assertZero(pair(LoraInitializer.normal(1)).b());
    }

    @Test
    void normalRefusesADeviationThatIsNotPositive() {
        for (double std : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> LoraInitializer.normal(std))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("The standard deviation is " + std + "; it must be positive.");
        }
    }

    @Test
    void orthogonalFactorsMultiplyToZero() {
        LoraInitializer.Pair pair = pair(LoraInitializer.orthogonal());
        NDArray product = pair.b().matMul(pair.a());

        assertThat(deviation(pair.a())).isCloseTo(0.1 * Math.sqrt(0.5), within(0.005));
        assertThat(deviation(pair.b())).isCloseTo(0.1 * Math.sqrt(0.5), within(0.005));
        assertThat(product.abs().max().getFloat()).isLessThan(1e-6f);
    }

    @Test
    void orthogonalKeepsNothingButThePair() {
        LoraInitializer.Pair pair = LoraInitializer.orthogonal().create(manager, 4, 3, 2);

        assertThat(manager.getManagedArrays()).containsExactlyInAnyOrder(pair.a(), pair.b());
    }

    @Test
    void orthogonalRefusesAnOddRank() {
        assertThatThrownBy(() -> LoraInitializer.orthogonal().create(manager, 4, 3, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Orthogonal initialisation needs an even rank, got r = 3. Choose r = 4.");
    }

    @Test
    void embeddingsStartWithAZero() {
        LoraInitializer.Pair pair = pair(LoraInitializer.embedding());

        assertZero(pair.a());
        assertThat(deviation(pair.b())).isCloseTo(1, within(0.03));
        assertThat(deviation(pair(LoraInitializer.randomEmbedding()).a()))
                .isCloseTo(1, within(0.03));
    }

    @Test
    void namesStandForTheirStarts() {
        manager.getEngine().setRandomSeed(5);
        float[] expected = LoraInitializer.gaussian().create(manager, 4, 3, 2).a().toFloatArray();
        manager.getEngine().setRandomSeed(5);
        float[] named =
                LoraStarts.linear(InitLoraWeights.GAUSSIAN)
                        .create(manager, 4, 3, 2)
                        .a()
                        .toFloatArray();

        assertThat(named).containsExactly(expected);
        assertThat(LoraStarts.linear(InitLoraWeights.custom(LoraInitializer.normal(1))))
                .isNotNull();
        assertThatThrownBy(() -> LoraStarts.linear(InitLoraWeights.of("xavier")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("init_lora_weights 'xavier' is unknown for linear layers.");
    }

    @Test
    void embeddingsTakeEveryNameAndTellFalseFromTheRest() {
        assertZero(pair(LoraStarts.embedding(InitLoraWeights.of("xavier"))).a());
        assertThat(deviation(pair(LoraStarts.embedding(InitLoraWeights.FALSE)).a()))
                .isCloseTo(1, within(0.03));
    }
}
