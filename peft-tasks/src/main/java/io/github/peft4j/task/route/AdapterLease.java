package io.github.peft4j.task.route;

import java.util.concurrent.atomic.AtomicBoolean;

/** Keeps an adapter in memory until it is closed: for work of several passes, as generation is. */
public final class AdapterLease implements AutoCloseable {

    private final String name;
    private final Object registration;
    private final Runnable release;
    private final AtomicBoolean closed = new AtomicBoolean();

    AdapterLease(String name, Object registration, Runnable release) {
        this.name = name;
        this.registration = registration;
        this.release = release;
    }

    /** The adapter's name in the model. */
    public String name() {
        return name;
    }

    /** The same for leases of one registration of a name, and for no others. */
    Object registration() {
        return registration;
    }

    /** Lets the adapter leave memory again. */
    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            release.run();
        }
    }
}
