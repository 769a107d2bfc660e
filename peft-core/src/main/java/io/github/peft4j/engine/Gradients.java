package io.github.peft4j.engine;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/**
 * Whether the current thread records a graph, and the backward pass.
 *
 * <p>LibTorch keeps this flag per thread and starts each new thread with recording on, so whoever
 * calls a model sets it: {@code try (Gradients scope = Gradients.off()) { ... }}. The flag found at
 * the start comes back at the end. Unlike DJL's {@code GradientCollector}, of which a process may
 * have one at a time, any number of threads may train at once.
 */
public final class Gradients implements AutoCloseable {

    private final boolean before;

    private Gradients(boolean on) {
        Engine.getEngine(Engines.PYTORCH);
        before = JniUtils.isGradMode();
        JniUtils.setGradMode(on);
    }

    /** Records a graph in this thread until closed. */
    public static Gradients on() {
        return new Gradients(true);
    }

    /** Records nothing in this thread until closed. */
    public static Gradients off() {
        return new Gradients(false);
    }

    /** Records or not, until closed. */
    public static Gradients set(boolean on) {
        return new Gradients(on);
    }

    /** Whether this thread records a graph now. */
    public static boolean isOn() {
        Engine.getEngine(Engines.PYTORCH);
        return JniUtils.isGradMode();
    }

    /**
     * Adds d loss / d p to the gradient of each leaf p behind a scalar loss, and frees the graph.
     *
     * @throws IllegalArgumentException if loss is no scalar or depends on nothing that is trained
     */
    public static void backward(NDArray loss) {
        if (loss.size() != 1) {
            throw new IllegalArgumentException(
                    "backward needs a scalar loss, got shape "
                            + loss.getShape()
                            + ". Take the mean or the sum first.");
        }
        try (NDArray one = loss.getManager().ones(loss.getShape(), loss.getDataType())) {
            JniUtils.backward((PtNDArray) loss, (PtNDArray) one, false, false);
        } catch (EngineException e) {
            // DJL's requiresGrad answers for leaves only, so the engine has to be asked.
            if (String.valueOf(e.getMessage()).contains("does not require grad")) {
                throw new IllegalArgumentException(
                        "The loss depends on no trained tensor. Activate a trainable adapter"
                                + " (setAdapter, optTrainable) and record a graph (Gradients.on()).",
                        e);
            }
            throw e;
        }
    }

    /** Sets the gradient of a leaf to zero in place. */
    public static void zero(NDArray parameter) {
        JniUtils.zeroGrad((PtNDArray) parameter);
    }

    @Override
    public void close() {
        JniUtils.setGradMode(before);
    }
}
