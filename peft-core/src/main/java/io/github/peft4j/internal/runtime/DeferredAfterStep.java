package io.github.peft4j.internal.runtime;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.StepAware;
import org.jspecify.annotations.Nullable;

/**
 * A step of a trainer that does not say when its optimizer has acted: the next pass of its thread
 * shows that it has.
 */
public final class DeferredAfterStep {

    private volatile @Nullable Begun begun;

    private record Begun(Thread thread, long step, ImmutableSet<StepAware> adapters) {}

    /** Gradients are complete, and the optimizer has not acted. */
    public void begin(long step, ImmutableSet<StepAware> adapters) {
        end();
        if (!adapters.isEmpty()) {
            adapters.forEach(adapter -> adapter.beforeStep(step));
            begun = new Begun(Thread.currentThread(), step, adapters);
        }
    }

    /** The optimizer has acted, if this thread is the trainer's. */
    public void end() {
        Begun now = begun;
        if (now != null && now.thread() == Thread.currentThread()) {
            begun = null;
            now.adapters().forEach(adapter -> adapter.afterStep(now.step()));
        }
    }

    /** Adapters were removed: there is nothing left to do. */
    public void forget() {
        begun = null;
    }
}
