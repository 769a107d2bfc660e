package io.github.peft4j.jmh;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.ops.Ops;
import org.openjdk.jmh.annotations.Benchmark;

/** RMS norm of 2048 features: a prompt of 512 tokens, and one token that is generated. */
public class RmsNormBenchmark extends OpBenchmark {

    private static final int WIDTH = 2048;

    private NDArray prompt;
    private NDArray token;
    private NDArray w;

    @Override
    void makeInputs() {
        prompt = normal(1, 512, WIDTH);
        token = normal(1, 1, WIDTH);
        w = normal(WIDTH);
    }

    /** All tokens of a prompt. */
    @Benchmark
    public long prompt() {
        return forward(prompt, x -> Ops.rmsNorm(x, w, 1e-6, 0));
    }

    /** One token: what a call costs that computes next to nothing. */
    @Benchmark
    public long token() {
        return forward(token, x -> Ops.rmsNorm(x, w, 1e-6, 0));
    }
}
