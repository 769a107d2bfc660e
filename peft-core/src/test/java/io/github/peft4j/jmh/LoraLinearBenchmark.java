package io.github.peft4j.jmh;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;

/** A frozen linear layer of BERT base with LoRA of rank 8, for 8 texts of 128 tokens. */
public class LoraLinearBenchmark extends OpBenchmark {

    private static final int WIDTH = 768;
    private static final int RANK = 8;

    private NDArray x;
    private NDArray w;
    private NDArray bias;
    private NDArray a;
    private NDArray b;

    @Override
    void makeInputs() {
        x = normal(8, 128, WIDTH);
        w = normal(WIDTH, WIDTH);
        bias = normal(WIDTH);
        a = trained(RANK, WIDTH);
        b = trained(WIDTH, RANK);
    }

    private NDArray lora(NDArray input) {
        return Ops.loraAdd(Ops.linear(input, w, bias), input, a, b, 2);
    }

    /** The layer alone, to compare with. */
    @Benchmark
    public long linear() {
        return forward(x, input -> Ops.linear(input, w, bias));
    }

    /** Prediction. */
    @Benchmark
    public long predict() {
        return forward(x, this::lora);
    }

    /** Training. */
    @Benchmark
    public float train() {
        return forwardAndBackward(x, this::lora, a, b);
    }
}
