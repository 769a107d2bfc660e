package io.github.peft4j.jmh;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.engine.Gradients;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Inputs of one operation, and how it is called: with its intermediate arrays freed each time. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public abstract class OpBenchmark {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    /** Makes the inputs. */
    @Setup(Level.Trial)
    public final void open() {
        manager.getEngine().setRandomSeed(7);
        makeInputs();
    }

    /** Frees the inputs. */
    @TearDown(Level.Trial)
    public final void close() {
        manager.close();
    }

    /** Makes what the operation is called with. */
    abstract void makeInputs();

    NDManager manager() {
        return manager;
    }

    NDArray normal(long... shape) {
        return manager.randomNormal(new Shape(shape));
    }

    /** Trained numbers: backward gives them a gradient. */
    NDArray trained(long... shape) {
        NDArray array = normal(shape);
        array.setRequiresGradient(true);
        return array;
    }

    /** One call without a graph; gives the size of the result. */
    long forward(NDArray x, Function<NDArray, NDArray> op) {
        try (NDManager scope = manager.newSubManager();
                Gradients off = Gradients.off()) {
            return op.apply(in(scope, x)).size();
        }
    }

    /** One call and the way back from the sum of its result; gives that sum. */
    float forwardAndBackward(NDArray x, Function<NDArray, NDArray> op, NDArray... trained) {
        try (NDManager scope = manager.newSubManager();
                Gradients on = Gradients.on()) {
            NDArray sum = op.apply(in(scope, x)).sum();
            Gradients.backward(sum);
            for (NDArray array : trained) {
                Gradients.zero(array);
            }
            return sum.getFloat();
        }
    }

    /** The same numbers in a scope: results belong to the manager of the input. */
    private static NDArray in(NDManager scope, NDArray x) {
        NDArray view = x.stopGradient();
        view.attach(scope);
        if (x.hasGradient()) {
            view.setRequiresGradient(true);
        }
        return view;
    }
}
