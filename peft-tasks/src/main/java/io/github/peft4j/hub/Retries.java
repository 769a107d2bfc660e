package io.github.peft4j.hub;

import dev.failsafe.ExecutionContext;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Tries again what may be over at the next try, after pauses that double or that the server names.
 */
final class Retries {

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration LONGEST_ASKED = Duration.ofMinutes(5);

    /** Something that may fail. */
    @FunctionalInterface
    interface Attempt<T> {

        T run() throws IOException;
    }

    private final HubOptions options;

    Retries(HubOptions options) {
        this.options = options;
    }

    /**
     * Runs it until it neither fails nor may be tried again.
     *
     * @param what the file or question, for the listener
     */
    <T> T call(String what, Attempt<T> attempt) throws IOException {
        RetryPolicy<T> policy =
                RetryPolicy.<T>builder()
                        .handle(TransientFailure.class)
                        .withMaxAttempts(options.tries())
                        .withDelayFn(context -> pause(what, context))
                        .build();
        try {
            return Failsafe.with(policy).get(attempt::run);
        } catch (FailsafeException e) {
            if (e.getCause() instanceof TransientFailure failed) {
                throw gaveUp(what, failed);
            }
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            if (e.getCause() instanceof InterruptedException) {
                Thread.currentThread().interrupt();
                InterruptedIOException stopped =
                        new InterruptedIOException(
                                "The thread was interrupted while it waited for the hub. What has"
                                        + " arrived is kept: ask again.");
                stopped.initCause(e);
                throw stopped;
            }
            throw e;
        }
    }

    private HubException gaveUp(String what, TransientFailure failed) {
        return new HubException(
                HubException.Reason.UNREACHABLE,
                "%s: %s did not give it, last of %d tries: %s. Try again later; what has arrived is kept. If this network does not reach the hub, set HTTPS_PROXY, or HF_ENDPOINT to a mirror."
                        .formatted(what, options.endpoint(), options.tries(), failed.getMessage()),
                failed);
    }

    private <T> Duration pause(String what, ExecutionContext<T> context) {
        if (context.getAttemptCount() >= options.tries()) {
            return Duration.ZERO; // that was the last
        }
        Throwable last = context.getLastException();
        options.listener().retrying(what, String.valueOf(last == null ? "" : last.getMessage()));
        Optional<Duration> asked =
                last instanceof TransientFailure failure ? failure.pause() : Optional.empty();
        Duration own =
                FIRST.multipliedBy(1L << Math.min(10, Math.max(0, context.getAttemptCount() - 1)));
        Duration wait =
                asked.map(time -> least(time, LONGEST_ASKED)).orElseGet(() -> least(own, LONGEST));
        return options.pause().apply(wait);
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
