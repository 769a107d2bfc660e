package io.github.peft4j.jmh;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;

/** The loss of 256 tokens over a vocabulary of 32,000, from the last hidden states of 768. */
public class CrossEntropyBenchmark extends OpBenchmark {

    private static final int TOKENS = 256;
    private static final int WIDTH = 768;
    private static final int VOCABULARY = 32_000;
    private static final long IGNORED = -100;

    private NDArray hidden;
    private NDArray head;
    private NDArray labels;

    @Override
    void makeInputs() {
        hidden = trained(TOKENS, WIDTH);
        head = normal(VOCABULARY, WIDTH);
        labels = manager().randomInteger(0, VOCABULARY, new Shape(TOKENS), DataType.INT64);
    }

    /** With the scores of all tokens in memory at once. */
    @Benchmark
    public float scoresThenLoss() {
        return forwardAndBackward(
                hidden, h -> Ops.crossEntropy(Ops.linear(h, head, null), labels, IGNORED));
    }

    /** In one operation, in parts. */
    @Benchmark
    public float fused() {
        return forwardAndBackward(hidden, h -> Ops.linearCrossEntropy(h, head, null, labels));
    }
}
