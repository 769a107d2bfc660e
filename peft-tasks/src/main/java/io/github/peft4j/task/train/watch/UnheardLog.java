package io.github.peft4j.task.train.watch;

import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLoggerFactory;

/** Says once on standard error that the log goes nowhere. */
final class UnheardLog {

    private static final AtomicBoolean SAID = new AtomicBoolean();

    private UnheardLog() {}

    static void warnOnce() {
        warnOnce(LoggerFactory.getILoggerFactory(), SAID, System.err);
    }

    static void warnOnce(ILoggerFactory factory, AtomicBoolean said, PrintStream err) {
        if (factory instanceof NOPLoggerFactory && said.compareAndSet(false, true)) {
            err.println(
                    "peft4j: nothing of this training will be seen, as there is no SLF4J provider."
                            + " Add one to the class path, such as org.slf4j:slf4j-simple, or"
                            + " addListener(new ConsoleBar()) to the trainer.");
        }
    }
}
