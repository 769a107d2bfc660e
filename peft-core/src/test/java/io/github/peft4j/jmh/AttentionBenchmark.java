package io.github.peft4j.jmh;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.ops.Attention;
import io.github.peft4j.ops.AttentionSpec;
import org.openjdk.jmh.annotations.Benchmark;

/** Attention with 12 heads of 64: 8 texts of 128 tokens, and one token that sees 512. */
public class AttentionBenchmark extends OpBenchmark {

    private static final int HEADS = 12;
    private static final int HEAD_SIZE = 64;
    private static final AttentionSpec BOTH_WAYS = AttentionSpec.of(HEADS, HEAD_SIZE);

    private NDArray q;
    private NDArray k;
    private NDArray v;
    private NDArray token;
    private NDArray pastKeys;
    private NDArray pastValues;

    @Override
    void makeInputs() {
        q = trained(8, 128, HEADS * HEAD_SIZE);
        k = normal(8, 128, HEADS * HEAD_SIZE);
        v = normal(8, 128, HEADS * HEAD_SIZE);
        token = normal(1, 1, HEADS * HEAD_SIZE);
        pastKeys = normal(1, 512, HEADS * HEAD_SIZE);
        pastValues = normal(1, 512, HEADS * HEAD_SIZE);
    }

    /** An encoder that predicts. */
    @Benchmark
    public long encode() {
        return forward(q, x -> Attention.padded(x, k, v, BOTH_WAYS, null));
    }

    /** A decoder reading a prompt. */
    @Benchmark
    public long read() {
        return forward(q, x -> Attention.padded(x, k, v, BOTH_WAYS.withCausal(), null));
    }

    /** A decoder writing one token. */
    @Benchmark
    public long write() {
        return forward(token, x -> Attention.padded(x, pastKeys, pastValues, BOTH_WAYS, null));
    }

    /** Training, as far as the queries. */
    @Benchmark
    public float train() {
        return forwardAndBackward(q, x -> Attention.padded(x, k, v, BOTH_WAYS, null));
    }
}
