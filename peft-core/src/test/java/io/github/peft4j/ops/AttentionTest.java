package io.github.peft4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.testkit.GradientCheck;
import io.github.peft4j.testkit.Tensors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AttentionTest {

    private static final int HEADS = 4;
    private static final int SIZE = 2;
    private static final int LENGTH = 5;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
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

    static Stream<AttentionSpec> forms() {
        AttentionSpec plain = AttentionSpec.of(HEADS, SIZE);
        return Stream.of(
                plain,
                plain.withScale(0.3),
                plain.withKeyValueHeads(2),
                plain.withSoftCap(0.7),
                plain.withCausal(),
                plain.withCausal().withWindow(2),
                plain.withCausal().withKeyValueHeads(1).withSoftCap(0.7).withWindow(3));
    }

    /** One query at a time, by the definition. */
    private NDArray definition(
            NDArray q,
            NDArray k,
            NDArray v,
            AttentionSpec form,
            NDArray bias,
            int row,
            int length) {
        NDList all = new NDList();
        for (int s = 0; s < length; s++) {
            NDList heads = new NDList();
            for (int n = 0; n < form.heads(); n++) {
                int group = n * form.keyValueHeads() / form.heads();
                int from = form.window() > 0 ? Math.max(0, s - form.window() + 1) : 0;
                int to = form.causal() ? s + 1 : length;
                NDArray query = head(q, row, n).get(s);
                NDArray keys = head(k, row, group).get("{}:{}", from, to);
                NDArray values = head(v, row, group).get("{}:{}", from, to);
                NDArray scores = keys.matMul(query.reshape(SIZE, 1)).reshape(-1).mul(form.scale());
                if (form.softCap() > 0) {
                    scores = scores.div(form.softCap()).tanh().mul(form.softCap());
                }
                if (bias != null) {
                    scores = scores.add(bias.get(0).get(n).get(s).get("{}:{}", from, to));
                }
                heads.add(scores.softmax(0).reshape(1, -1).matMul(values).reshape(SIZE));
            }
            all.add(NDArrays.concat(heads));
        }
        return NDArrays.stack(all);
    }

    private static NDArray head(NDArray x, int row, int head) {
        return x.get(row).get(":, {}:{}", head * SIZE, (head + 1) * SIZE);
    }

    private NDArray numbers(long... shape) {
        return manager.randomNormal(new Shape(shape));
    }

    /** For gradient checks, which need the precision. */
    private NDArray doubles(long... shape) {
        return manager.randomNormal(0, 1, new Shape(shape), DataType.FLOAT64);
    }

    @ParameterizedTest
    @MethodSource("forms")
    void paddedFollowsTheDefinition(AttentionSpec form) {
        NDArray q = numbers(2, LENGTH, HEADS * SIZE);
        NDArray k = numbers(2, LENGTH, (long) form.keyValueHeads() * SIZE);
        NDArray v = numbers(2, LENGTH, (long) form.keyValueHeads() * SIZE);
        NDArray tokens = manager.ones(new Shape(2, LENGTH), DataType.INT64);

        NDArray masked = Attention.padded(q, k, v, form, Attention.visible(tokens, LENGTH, form));

        for (int row = 0; row < 2; row++) {
            NDArray expected = definition(q, k, v, form, null, row, LENGTH);
            Tensors.assertClose(masked.get(row), expected, 1e-6, "row " + row);
            if (form.window() == 0) {
                NDArray plain = Attention.padded(q, k, v, form, null);
                Tensors.assertClose(plain.get(row), expected, 1e-6, "row " + row + " unmasked");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void packedFollowsTheDefinition(AttentionSpec form) {
        NDArray q = numbers(1, 8, HEADS * SIZE);
        NDArray k = numbers(1, 8, (long) form.keyValueHeads() * SIZE);
        NDArray v = numbers(1, 8, (long) form.keyValueHeads() * SIZE);
        NDArray bias = numbers(1, HEADS, 4, 4);
        NDArray runs = manager.create(new long[] {2, 2, 2, 1, 4, 4}, new Shape(2, 3));
        int[][] rows = {{0, 2}, {2, 4}, {4, 8}};

        for (NDArray added : new NDArray[] {null, bias}) {
            NDArray packed = Attention.packed(q.get(0), k.get(0), v.get(0), runs, form, added);
            for (int[] row : rows) {
                String at = "0, {}:{}";
                NDArray expected =
                        definition(
                                q.get(at, row[0], row[1]).expandDims(0),
                                k.get(at, row[0], row[1]).expandDims(0),
                                v.get(at, row[0], row[1]).expandDims(0),
                                form,
                                added,
                                0,
                                row[1] - row[0]);
                Tensors.assertClose(
                        packed.get("{}:{}", row[0], row[1]), expected, 1e-6, "from " + row[0]);
            }
        }
    }

    @Test
    void aRowMayHaveMoreKeysThanQueries() {
        AttentionSpec form = AttentionSpec.of(HEADS, SIZE).withCausal().withKeyValueHeads(2);
        NDArray q = numbers(1, LENGTH, HEADS * SIZE);
        NDArray k = numbers(1, LENGTH, 2 * SIZE);
        NDArray v = numbers(1, LENGTH, 2 * SIZE);
        NDArray tokens = manager.ones(new Shape(1, LENGTH), DataType.INT64);

        NDArray whole = Attention.padded(q, k, v, form, null);

        NDArray visible = Attention.visible(tokens, 2, form);
        NDArray lastTwo = Attention.padded(q.get(":, 3:"), k, v, form, visible);
        NDArray last = Attention.padded(q.get(":, 4:"), k, v, form, null);
        Tensors.assertClose(lastTwo, whole.get(":, 3:"), 1e-6, "two queries");
        Tensors.assertClose(last, whole.get(":, 4:"), 1e-6, "one query");
    }

    @Test
    void keysOfPaddingCountForNothing() {
        // One head of size 1: weights are softmax of q k.
        NDArray q = manager.create(new float[] {(float) Math.log(3)}, new Shape(1, 1, 1));
        NDArray k = manager.create(new float[] {1, 0, 50}, new Shape(1, 3, 1));
        NDArray v = manager.create(new float[] {4, 8, 1000}, new Shape(1, 3, 1));
        NDArray tokens = manager.create(new long[] {1, 1, 0}, new Shape(1, 3));
        AttentionSpec form = AttentionSpec.of(1, 1);

        NDArray y = Attention.padded(q, k, v, form, Attention.visible(tokens, 1, form));

        assertThat(y.toFloatArray()).containsExactly(new float[] {5}, within(1e-5f));
    }

    @Test
    void paddingOnTheLeftSeesNothing() {
        NDArray tokens = manager.create(new long[] {0, 0, 1, 1}, new Shape(1, 4));
        AttentionSpec form = AttentionSpec.of(1, 1).withCausal();

        NDArray visible = Attention.visible(tokens, 4, form);

        boolean t = true;
        boolean f = false;
        assertThat(visible.toBooleanArray())
                .containsExactly(f, f, f, f, f, f, f, f, f, f, t, f, f, f, t, t);
    }

    @ParameterizedTest
    @MethodSource("forms")
    void aQueryThatSeesNothingGivesZeroAndAFiniteGradient(AttentionSpec form) {
        AttentionSpec causal = form.withCausal();
        NDArray tokens = manager.create(new long[] {0, 0, 1}, new Shape(1, 3));
        NDArray visible = Attention.visible(tokens, 3, causal);
        long keys = (long) form.keyValueHeads() * SIZE;

        NDArray y =
                Attention.padded(
                        numbers(1, 3, HEADS * SIZE),
                        numbers(1, 3, keys),
                        numbers(1, 3, keys),
                        causal,
                        visible);

        assertThat(y.get(":, :2").toFloatArray()).containsOnly(0);
        GradientCheck.check(
                a -> Attention.padded(a[0], a[1], a[2], causal, visible),
                doubles(1, 3, HEADS * SIZE),
                doubles(1, 3, keys),
                doubles(1, 3, keys));
    }

    @Test
    void aBiasIsMinusInfinityWhereNothingIsSeen() {
        NDArray bias = manager.create(new float[] {1, 2}, new Shape(1, 1, 1, 2));
        NDArray seen = manager.create(new boolean[] {true, false}, new Shape(1, 1, 1, 2));

        assertThat(Attention.biased(bias, seen).toFloatArray())
                .containsExactly(1, Float.NEGATIVE_INFINITY);
    }

    @Test
    void rotaryTurnsPairsOfHalvesByTheAngle() {
        // One head of size 3 of which two features turn: (1, 2) by 90 degrees is (-2, 1).
        NDArray x = manager.create(new float[] {1, 2, 7, 3, 4, 9}, new Shape(1, 1, 6));
        NDArray cos = manager.create(new float[] {0, 0}, new Shape(1, 1, 2));
        NDArray sin = manager.create(new float[] {1, 1}, new Shape(1, 1, 2));

        assertThat(Attention.rotary(x, cos, sin, 2).toFloatArray())
                .containsExactly(-2, 1, 7, -4, 3, 9);
    }

    @ParameterizedTest
    @MethodSource("forms")
    void gradients(AttentionSpec form) {
        long keys = (long) form.keyValueHeads() * SIZE;
        NDArray tokens = manager.ones(new Shape(1, 3), DataType.INT64);
        NDArray visible = Attention.visible(tokens, 3, form);
        NDArray runs = manager.create(new long[] {1, 1, 1, 1, 2, 2}, new Shape(2, 3));

        GradientCheck.check(
                a -> Attention.padded(a[0], a[1], a[2], form, visible),
                doubles(1, 3, HEADS * SIZE),
                doubles(1, 3, keys),
                doubles(1, 3, keys));
        GradientCheck.check(
                a -> Attention.packed(a[0], a[1], a[2], runs, form, a[3]),
                doubles(3, HEADS * SIZE),
                doubles(3, keys),
                doubles(3, keys),
                doubles(1, HEADS, 2, 2));
    }

    @Test
    void gradientsOfRotary() {
        NDArray cos = doubles(1, 2, 2);
        NDArray sin = doubles(1, 2, 2);

        GradientCheck.check(a -> Attention.rotary(a[0], cos, sin, 2), doubles(1, 2, 6));
    }
}
