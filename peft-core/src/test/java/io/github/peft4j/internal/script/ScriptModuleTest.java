package io.github.peft4j.internal.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScriptModuleTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private static ScriptModule strange() {
        ScriptModule.get(); // loads the engine
        return new ScriptModule(ImmutableList.of("strange.py"));
    }

    @Test
    void takesArraysWhoseNamesHaveDots() {
        NDArray x = manager.ones(new Shape(1, 2));
        NDArray w = manager.ones(new Shape(1, 2));
        x.setName("input.ids");
        w.setName("encoder.layer.0.weight[]");

        assertThat(Ops.linear(x, w, null).toFloatArray()).containsExactly(2);
        assertThat(w.getName()).isEqualTo("encoder.layer.0.weight[]");
    }

    @Test
    void keepsGradientsOfArraysWhoseNamesHaveDots() {
        NDArray w = manager.ones(new Shape(1, 2));
        w.setName("encoder.weight");
        w.setRequiresGradient(true);

        try (Gradients on = Gradients.on()) {
            Gradients.backward(Ops.linear(manager.ones(new Shape(1, 2)), w, null).sum());
        }

        assertThat(w.getGradient().toFloatArray()).containsExactly(1, 1);
    }

    @Test
    void refusesBfloat16ResultsInsteadOfEndingTheProcess() {
        NDArray x = manager.ones(new Shape(2));

        assertThatThrownBy(() -> strange().call("halve", x))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Operator halve made a tensor of a type that DJL does not")
                .hasMessageContaining("Widen it to float32");
        assertThatThrownBy(() -> strange().callAll("halve_second", x))
                .isInstanceOf(IllegalStateException.class);
        assertThat(manager.getManagedArrays()).containsExactly(x);
    }

    @Test
    void keepsABoundedNumberOfConstants() {
        NDArray x = manager.ones(new Shape(1));
        ScriptModule module = strange();

        for (int i = 0; i < 1500; i++) {
            try (NDArray y = module.call("times", x, i / 7.0)) {
                assertThat(y.toFloatArray()[0]).isEqualTo((float) (i / 7.0));
            }
        }

        assertThat(module.constants()).isEqualTo(1024);
    }

    @Test
    void tellsAnIntegerFromADouble() {
        NDArray x = manager.ones(new Shape(1));
        ScriptModule module = strange();

        assertThat(module.call("times", x, 2.0).toFloatArray()).containsExactly(2);
        assertThat(module.call("times", x, 2.5).toFloatArray()).containsExactly(2.5f);
        assertThat(module.constants()).isEqualTo(2);
    }

    @Test
    void freesItsOwnArraysWhenACallFails() {
        NDArray x = manager.ones(new Shape(2));
        x.setName("a.b");

        assertThatThrownBy(() -> strange().call("nothing", x)).isInstanceOf(EngineException.class);
        assertThat(manager.getManagedArrays()).containsExactly(x);
    }

    @Test
    void servesFourThreadsAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Boolean>> results = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                float number = t + 1;
                boolean training = t % 2 == 0;
                results.add(threads.submit(() -> answersRight(number, training)));
            }
            for (Future<Boolean> result : results) {
                assertThat(result.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** 500 calls, of which those of every second thread record a graph and run it back. */
    private static boolean answersRight(float number, boolean training) {
        boolean right = true;
        try (NDManager scope = NDManager.newBaseManager("PyTorch");
                Gradients mode = Gradients.set(training)) {
            NDArray w = scope.full(new Shape(1, 3), number);
            w.setRequiresGradient(training);
            for (int i = 0; i < 500; i++) {
                try (NDManager step = scope.newSubManager()) {
                    NDArray x = step.ones(new Shape(2, 3));
                    NDArray y = Ops.scale(Ops.linear(x, w, null), number);
                    right &= y.toFloatArray()[1] == 3 * number * number;
                    if (training) {
                        Gradients.backward(y.sum());
                        try (NDArray gradient = w.getGradient()) {
                            right &= gradient.toFloatArray()[0] == 2 * number;
                        }
                        Gradients.zero(w);
                    }
                }
            }
        }
        return right;
    }
}
