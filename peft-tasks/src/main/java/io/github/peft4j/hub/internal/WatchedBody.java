package io.github.peft4j.hub.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The body of an answer, which ends with an error when nothing has come for a while: the client of
 * the JDK waits for a silent server without end.
 */
public final class WatchedBody implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(WatchedBody.class);

    private static final ScheduledExecutorService WATCH =
            Executors.newSingleThreadScheduledExecutor(
                    task -> {
                        Thread thread = new Thread(task, "hub-watch");
                        thread.setDaemon(true);
                        return thread;
                    });

    private final InputStream in;
    private final Duration patience;
    private final ScheduledFuture<?> watch;
    private volatile long lastNanos = System.nanoTime();
    private volatile boolean waiting;
    private volatile boolean stopped;

    /** Watches a body from now on; the time between two reads does not count. */
    public WatchedBody(InputStream in, Duration patience) {
        this.in = in;
        this.patience = patience;
        long step = Math.max(1, patience.toMillis() / 4);
        watch = WATCH.scheduleWithFixedDelay(this::look, step, step, TimeUnit.MILLISECONDS);
    }

    /** As {@link InputStream#read(byte[])}. */
    public int read(byte[] buffer) throws IOException {
        lastNanos = System.nanoTime();
        waiting = true;
        try {
            int count = in.read(buffer);
            if (stopped) {
                throw silent(null);
            }
            return count;
        } catch (IOException e) {
            throw stopped ? silent(e) : e;
        } finally {
            waiting = false;
        }
    }

    private HttpTimeoutException silent(@Nullable Throwable cause) {
        HttpTimeoutException e =
                new HttpTimeoutException("nothing came for " + patience.toMillis() / 1000.0 + " s");
        if (cause != null) {
            e.addSuppressed(cause);
        }
        return e;
    }

    private void look() {
        if (waiting && System.nanoTime() - lastNanos > patience.toNanos()) {
            stopped = true;
            close();
        }
    }

    @Override
    public void close() {
        watch.cancel(false);
        try {
            in.close();
        } catch (IOException e) {
            logger.debug("Cannot close the body of an answer", e);
        }
    }
}
