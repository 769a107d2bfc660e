package io.github.peft4j.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.DisentangledAttention.Distances;
import io.github.peft4j.testkit.GradientCheck;
import io.github.peft4j.testkit.Tensors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DisentangledAttentionTest {

    private static final int HEADS = 2;
    private static final int SIZE = 3;
    private static final int WIDTH = HEADS * SIZE;
    private static final int LENGTH = 4;
    private static final int DISTANCES = 5;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final AttentionSpec form = AttentionSpec.of(HEADS, SIZE).withScale(0.4);
    private Gradients off;

    @BeforeEach
    void withoutGraph() {
        off = Gradients.off();
    }

    @AfterEach
    void close() {
        off.close();
        manager.close();
    }

    private NDArray numbers(long... shape) {
        return manager.randomNormal(new Shape(shape));
    }

    private NDArray doubles(long... shape) {
        return manager.randomNormal(0, 1, new Shape(shape), DataType.FLOAT64);
    }

    /** Which distance lies between a query and a key: any table will do, if it is not symmetric. */
    private static int row(int query, int key) {
        return Math.max(0, Math.min(query - key + 2, DISTANCES - 1));
    }

    private NDArray rows() {
        long[] rows = new long[LENGTH * LENGTH];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = row(i / LENGTH, i % LENGTH);
        }
        return manager.create(rows, new Shape(LENGTH, LENGTH));
    }

    private Distances distances(String terms) {
        NDArray keys = terms.contains("keys") ? numbers(DISTANCES, WIDTH) : null;
        NDArray queries = terms.contains("queries") ? numbers(DISTANCES, WIDTH) : null;
        return new Distances(rows(), keys, queries);
    }

    /** One query and head at a time, by the definition. */
    private float[] definition(float[][] q, float[][] k, float[][] v, Distances d, int length) {
        float[][] keys = d.keys() == null ? null : table(d.keys());
        float[][] queries = d.queries() == null ? null : table(d.queries());
        float[] all = new float[length * WIDTH];
        for (int i = 0; i < length; i++) {
            for (int n = 0; n < HEADS; n++) {
                double[] weights = new double[length];
                double sum = 0;
                for (int j = 0; j < length; j++) {
                    double score = dot(q[i], k[j], n);
                    score += keys == null ? 0 : dot(q[i], keys[row(i, j)], n);
                    score += queries == null ? 0 : dot(k[j], queries[row(i, j)], n);
                    weights[j] = Math.exp(form.scale() * score);
                    sum += weights[j];
                }
                for (int f = n * SIZE; f < (n + 1) * SIZE; f++) {
                    double value = 0;
                    for (int j = 0; j < length; j++) {
                        value += weights[j] / sum * v[j][f];
                    }
                    all[i * WIDTH + f] = (float) value;
                }
            }
        }
        return all;
    }

    private static double dot(float[] a, float[] b, int head) {
        double sum = 0;
        for (int f = head * SIZE; f < (head + 1) * SIZE; f++) {
            sum += (double) a[f] * b[f];
        }
        return sum;
    }

    private static float[][] table(NDArray array) {
        float[] flat = array.toFloatArray();
        float[][] table = new float[flat.length / WIDTH][WIDTH];
        for (int i = 0; i < flat.length; i++) {
            table[i / WIDTH][i % WIDTH] = flat[i];
        }
        return table;
    }

    @ParameterizedTest
    @ValueSource(strings = {"keys", "queries", "keys and queries", "none"})
    void followsTheDefinition(String terms) {
        NDArray q = numbers(1, LENGTH, WIDTH);
        NDArray k = numbers(1, LENGTH, WIDTH);
        NDArray v = numbers(1, LENGTH, WIDTH);
        Distances distances = distances(terms);

        NDArray padded = DisentangledAttention.padded(q, k, v, distances, form, null);

        Assertions.assertThat(padded.toFloatArray())
                .containsExactly(
                        definition(table(q), table(k), table(v), distances, LENGTH),
                        Assertions.within(1e-5f));
    }

    @ParameterizedTest
    @ValueSource(strings = {"keys", "queries", "keys and queries", "none"})
    void packedIsPaddedRowByRow(String terms) {
        NDArray q = numbers(8, WIDTH);
        NDArray k = numbers(8, WIDTH);
        NDArray v = numbers(8, WIDTH);
        Distances distances = distances(terms);
        NDArray runs = manager.create(new long[] {2, 2, 2, 1, 4, 4}, new Shape(2, 3));

        NDArray packed = DisentangledAttention.packed(q, k, v, runs, 4, distances, form);

        for (int[] row : new int[][] {{0, 2}, {2, 4}, {4, 8}}) {
            String at = row[0] + ":" + row[1];
            NDArray alone =
                    DisentangledAttention.padded(
                            q.get(at).expandDims(0),
                            k.get(at).expandDims(0),
                            v.get(at).expandDims(0),
                            distances,
                            form,
                            null);
            Tensors.assertClose(packed.get(at).expandDims(0), alone, 1e-6, at);
        }
    }

    @Test
    void theFirstQueriesMayComeAlone() {
        NDArray q = numbers(2, LENGTH, WIDTH);
        NDArray k = numbers(2, LENGTH, WIDTH);
        NDArray tokens = manager.create(new long[] {1, 1, 1, 0, 1, 1, 1, 1}, new Shape(2, 4));
        Distances distances = distances("keys and queries");

        NDArray all = DisentangledAttention.padded(q, k, k, distances, form, tokens);
        NDArray first =
                DisentangledAttention.padded(q.get(":, 0:1"), k, k, distances, form, tokens);

        Tensors.assertClose(first, all.get(":, 0:1"), 1e-6, "first queries");
    }

    @Test
    void paddingIsNotSeenAndSeesEverythingAlike() {
        NDArray q = numbers(1, LENGTH, WIDTH);
        NDArray k = numbers(1, LENGTH, WIDTH);
        NDArray v = numbers(1, LENGTH, WIDTH);
        NDArray tokens = manager.create(new long[] {1, 1, 1, 0}, new Shape(1, 4));
        Distances distances = distances("keys and queries");

        NDArray y = DisentangledAttention.padded(q, k, v, distances, form, tokens);

        NDArray real =
                DisentangledAttention.padded(
                        q.get(":, :3"), k.get(":, :3"), v.get(":, :3"), distances, form, null);
        Tensors.assertClose(y.get(":, :3"), real, 1e-6, "tokens");
        Tensors.assertClose(y.get("0, 3"), v.get(0).mean(new int[] {0}), 1e-6, "padding");
    }

    @Test
    void noGradientOfPaddingReachesAQueryOrAKey() {
        NDArray q = numbers(1, LENGTH, WIDTH);
        NDArray k = numbers(1, LENGTH, WIDTH);
        NDArray v = numbers(1, LENGTH, WIDTH);
        NDArray tokens = manager.create(new long[] {1, 1, 1, 0}, new Shape(1, 4));
        Distances distances = distances("keys and queries");
        q.setRequiresGradient(true);
        k.setRequiresGradient(true);

        try (Gradients on = Gradients.on()) {
            NDArray y = DisentangledAttention.padded(q, k, v, distances, form, tokens);
            Gradients.backward(y.get("0, 3").square().sum());
        }

        Assertions.assertThat(q.getGradient().toFloatArray()).containsOnly(0);
        Assertions.assertThat(k.getGradient().toFloatArray()).containsOnly(0);
    }

    @Test
    void gradients() {
        NDArray rows = rows();
        NDArray tokens = manager.create(new long[] {1, 1, 1, 0}, new Shape(1, 4));
        NDArray runs = manager.create(new long[] {1, 1, 1, 1, 3, 3}, new Shape(2, 3));

        GradientCheck.check(
                a ->
                        DisentangledAttention.padded(
                                a[0], a[1], a[2], new Distances(rows, a[3], a[4]), form, tokens),
                doubles(1, LENGTH, WIDTH),
                doubles(1, LENGTH, WIDTH),
                doubles(1, LENGTH, WIDTH),
                doubles(DISTANCES, WIDTH),
                doubles(DISTANCES, WIDTH));
        GradientCheck.check(
                a ->
                        DisentangledAttention.packed(
                                a[0], a[1], a[2], runs, 3, new Distances(rows, a[3], a[4]), form),
                doubles(4, WIDTH),
                doubles(4, WIDTH),
                doubles(4, WIDTH),
                doubles(DISTANCES, WIDTH),
                doubles(DISTANCES, WIDTH));
    }

    @Test
    void refusesATableThatIsTooSmall() {
        NDArray x = numbers(1, LENGTH + 1, WIDTH);

        Assertions.assertThatThrownBy(
                        () -> DisentangledAttention.padded(x, x, x, distances("keys"), form, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "The table of distances is (4, 4), but there are 5 queries and 5 keys. Make"
                                + " it for the longest sequence.");
    }

    @Test
    void refusesVectorsOfAnotherWidth() {
        NDArray x = numbers(1, LENGTH, WIDTH);
        Distances narrow = new Distances(rows(), numbers(DISTANCES, WIDTH - 1), null);

        Assertions.assertThatThrownBy(
                        () -> DisentangledAttention.padded(x, x, x, narrow, form, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("array of distances' vectors is (5, 5)");
    }
}
