package io.github.peft4j.tuner.miss;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.testkit.AdapterBench;
import io.github.peft4j.tuner.InputDropout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MissLinearTest {

    private final AdapterBench bench = new AdapterBench();

    @AfterEach
    void close() {
        bench.close();
    }

    private MissLinear miss(long out, Shape block, double... numbers) {
        return new MissLinear(bench.trained(block, numbers), out, InputDropout.NONE);
    }

    @Test
    void sumsChunksOfTheInputBeforeTheBlock() {
        MissLinear miss = miss(2, new Shape(2, 2), 1, 10, 100, 1000);
        NDArray x = bench.array(new Shape(1, 3), 1, 2, 3);

        // three features in chunks of two: (1, 2), (3, 0) -> (4, 2)
        bench.assertAdds(miss, bench.linear(3, 2), x, 4 + 200, 40 + 2000);
    }

    @Test
    void repeatsANarrowBlockAlongTheOutputs() {
        MissLinear miss = miss(4, new Shape(2, 2), 1, 2, 3, 4);
        NDArray x = bench.array(new Shape(1, 2), 1, 10);

        bench.assertAdds(miss, bench.linear(2, 4), x, 31, 42, 31, 42);
    }

    @Test
    void turnsAndShiftsEachBlockOfTheWeight() {
        MissBat bat = new MissBat(bench.trained(new Shape(1, 2, 2), 0, 1, 2, 0));
        NDArray w = bench.array(new Shape(2, 2), 1, 2, 3, 4);

        NDArray weight = bat.weight(w, w, bench.pass(bench.linear(2, 2), bat, 1, false));

        // W + W D + D with D = [0 1; 2 0]: W D = [4 1; 8 3]
        assertThat(weight.toFloatArray()).containsExactly(5, 4, 13, 7);
    }
}
