package io.github.peft4j;

/** While open, adapters are switched off; closing brings back what was active before. */
public final class DisabledAdapters implements AutoCloseable {

    private final Runnable restore;

    DisabledAdapters(Runnable restore) {
        this.restore = restore;
    }

    @Override
    public void close() {
        restore.run();
    }
}
