package io.github.peft4j.tuner.lora.start;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.testkit.PythonStarts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PiSSA on a weight whose parts are alike, so that each round tells; by starts/make.py. */
class PissaGoldenTest {

    private final PythonStarts python = new PythonStarts();

    @AfterEach
    void close() {
        python.close();
    }

    private NDArray weight(NDManager scope) {
        NDArray weight = python.expected("toy.second.weight");
        weight.attach(scope);
        return weight;
    }

    /** Fast PiSSA draws its test matrix, which is the same in Python for the same seed. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 2})
    void startsAsPythonDoes(int rounds) {
        LoraInitializer start =
                rounds < 0 ? LoraInitializer.pissa() : LoraInitializer.pissa(rounds);
        StartLayer layer = new StartLayer("second", 6, 5, 2, 1.5, this::weight);
        python.manager.getEngine().setRandomSeed(1);

        LoraInitializer.Pair pair = start.create(python.manager, layer);

        String name = rounds < 0 ? "pissa" : "pissa_niter_" + rounds;
        python.assertPair(pair.a(), pair.b(), name + ".second");
    }
}
