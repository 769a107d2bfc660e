package io.github.peft4j.engine;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A training that needs what is active to stay so: changes that other threads make to it meanwhile
 * are refused. The thread that trains may change what it likes.
 */
public final class TrainingHold {

    private volatile @Nullable Held held;

    /** From {@link #begin} to its close. */
    public final class Held implements AutoCloseable {

        private final Thread thread = Thread.currentThread();
        private final ImmutableList<String> adapters;

        private Held(List<String> adapters) {
            this.adapters = ImmutableList.copyOf(adapters);
        }

        /** The training is over, however it ended; closing twice does nothing more. */
        @Override
        public void close() {
            synchronized (TrainingHold.this) {
                if (held == this) {
                    held = null;
                }
            }
        }
    }

    /**
     * A training begins in this thread.
     *
     * @param adapters that train
     * @throws IllegalStateException if there is one already
     */
    public synchronized Held begin(List<String> adapters) {
        Held other = held;
        if (other != null) {
            throw new IllegalStateException(
                    "Thread '%s' trains the adapters %s of this model already. Train these when that has ended, or with another model over the same base."
                            .formatted(other.thread.getName(), other.adapters));
        }
        Held begun = new Held(adapters);
        held = begun;
        return begun;
    }

    /**
     * Refuses what would change which adapters act, and how.
     *
     * @param what would be done, as {@code activate [b]}
     * @throws IllegalStateException if another thread trains
     */
    public void refuse(String what) {
        Held now = held;
        if (now != null && now.thread != Thread.currentThread()) {
            throw new IllegalStateException(
                    "Cannot %s while thread '%s' trains the adapters %s of this model. Wait for the end of the training; to predict with other adapters meanwhile, name them in the call: forward(input, Activation.of(name))."
                            .formatted(what, now.thread.getName(), now.adapters));
        }
    }

    /**
     * Refuses what would change one adapter.
     *
     * @param what would be done, without the name
     * @throws IllegalStateException if another thread trains it
     */
    public void refuse(String what, String adapter) {
        Held now = held;
        if (now != null && now.adapters.contains(adapter)) {
            refuse(what + " '" + adapter + "'");
        }
    }
}
