package io.github.peft4j.cli.console;

import com.google.common.collect.ImmutableList;
import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ends a command when Ctrl-C, TERM or HUP comes. The first one interrupts the command, which ends
 * between two calls of the engine; one that is still there after {@link #PATIENCE} is ended by the
 * system, as if nobody had listened. Unlike {@code System.exit}, that frees nothing under a running
 * call of the engine. A second signal comes to a process that does not listen any more.
 */
public final class StopSignals {

    /** How long a command has, after the first signal. */
    static final Duration PATIENCE = Duration.ofMillis(2200);

    /** What comes sooner is the same signal: {@code timeout} sends it to process and group. */
    private static final Duration SAME = Duration.ofMillis(100);

    private static final ImmutableList<String> NAMES = ImmutableList.of("HUP", "INT", "TERM");

    /** What a shell adds to the number of a signal. */
    private static final int BY_SIGNAL = 128;

    private final List<SystemSignal> listening = new ArrayList<>();
    private final AtomicInteger received = new AtomicInteger();
    private final Thread command;

    private StopSignals(Thread command) {
        this.command = command;
    }

    /** Listens from now on, for the sake of a command that runs in this thread. */
    public static StopSignals listen() {
        StopSignals signals = new StopSignals(Thread.currentThread());
        for (String name : NAMES) {
            SystemSignal.of(name)
                    .filter(one -> one.handle(signals::receive))
                    .ifPresent(signals.listening::add);
        }
        return signals;
    }

    /** What ended the command, such as SIGINT, if a signal came. */
    public Optional<String> received() {
        return listening.stream()
                .filter(signal -> signal.number() == received.get())
                .map(signal -> "SIG" + signal.name())
                .findFirst();
    }

    /** The exit code of a command that has ended: that of the signal, if one came. */
    public int exitCode(int code) {
        int number = received.get();
        return number == 0 ? code : BY_SIGNAL + number;
    }

    private void receive(SystemSignal signal) {
        if (!received.compareAndSet(0, signal.number())) {
            return;
        }
        command.interrupt();
        Uninterruptibles.joinUninterruptibly(command, SAME);
        listening.forEach(SystemSignal::leave);
        Uninterruptibles.joinUninterruptibly(command, PATIENCE.minus(SAME));
        if (command.isAlive()) {
            signal.end();
            // Where nobody can send signals.
            Runtime.getRuntime().halt(BY_SIGNAL + signal.number());
        }
    }
}
