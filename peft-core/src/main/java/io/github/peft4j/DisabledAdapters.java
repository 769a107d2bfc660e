package io.github.peft4j;

/**
 * While open, adapters are switched off; closing switches them on again, whichever are active then.
 * Scopes may overlap and close in any order; closing twice does nothing more.
 */
public final class DisabledAdapters implements AutoCloseable {

    private final Runnable restore;

    DisabledAdapters(Runnable restore) {
        this.restore = restore;
    }

    /**
     * Switches them on again.
     *
     * @throws IllegalStateException while another thread trains the model; they stay off then
     */
    @Override
    public void close() {
        restore.run();
    }
}
