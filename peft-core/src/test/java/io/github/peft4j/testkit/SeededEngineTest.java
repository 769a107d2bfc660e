package io.github.peft4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SeededEngineTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private float[] first;

    @RepeatedTest(2)
    void everyTestDrawsTheSame() {
        float[] drawn = manager.randomNormal(new Shape(3)).toFloatArray();
        if (first != null) {
            assertThat(drawn).isEqualTo(first);
        }
        first = drawn;
    }

    @AfterAll
    void close() {
        assertThat(first).isNotNull();
        manager.close();
    }
}
