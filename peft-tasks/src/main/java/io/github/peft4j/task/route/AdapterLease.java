package io.github.peft4j.task.route;

import java.util.concurrent.atomic.AtomicBoolean;

/** Keeps an adapter in memory until it is closed: for work of several passes, as generation is. */
public final class AdapterLease implements AutoCloseable {

    private final String name;
    private final Runnable release;
    private final AtomicBoolean closed = new AtomicBoolean();

    AdapterLease(String name, Runnable release) {
        this.name = name;
        this.release = release;
    }

    /** The adapter's name in the model. */
    public String name() {
        return name;
    }

    /** Lets the adapter leave memory again. */
    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            release.run();
        }
    }
}
