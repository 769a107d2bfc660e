package io.github.peft4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeakCheckTest {

    @Test
    void seesAnArrayThatEachPassLeavesBehind() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray p = manager.ones(new Shape(1));

            assertThat(LeakCheck.growth(p::neg)).isEqualTo(190);
            assertThat(LeakCheck.growth(() -> p.neg().close())).isZero();
        }
    }

    @Test
    void seesAnArrayThatMovedToTheRoot() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            List<NDArray> left = new ArrayList<>();

            int growth =
                    LeakCheck.growth(
                            () -> {
                                NDArray array = manager.ones(new Shape(1));
                                array.attach(manager.getParentManager());
                                left.add(array);
                            });
            left.forEach(NDArray::close);

            assertThat(growth).isEqualTo(190);
        }
    }
}
