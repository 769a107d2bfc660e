package io.github.peft4j.cli.soak.signals;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Sends signals to commands, and measures when they end. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "signals",
        description = "Send signals to commands; each must end within 3 seconds.")
public final class SignalsCommand implements Callable<Integer> {

    private static final ImmutableList<String> COMMANDS =
            ImmutableList.of(
                    "demo mnist",
                    "demo seq-cls",
                    "demo token-cls",
                    "demo causal-lm",
                    "demo seq2seq",
                    "demo question-answering",
                    "soak threads",
                    "soak saves");

    private static final Duration LONGEST = Duration.ofSeconds(3);

    /** After a second signal. */
    private static final Duration AT_ONCE = Duration.ofMillis(500);

    private static final int LATEST_MILLIS = 6000;

    @Spec private CommandSpec spec;

    @Option(names = "--runs", paramLabel = "N", description = "How many (default: 100).")
    private int runs = 100;

    @Option(names = "--seed", paramLabel = "S", description = "Repeats an earlier run's moments.")
    private @Nullable Long seed;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        long start = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
        out.println("seed " + start);
        Random random = new Random(start);
        ImmutableList<String> signals = SignalTrial.heard();
        int late = 0;
        int early = 0;
        Duration longest = Duration.ZERO;
        for (int run = 0; run < runs; run++) {
            SignalTrial trial =
                    new SignalTrial(
                            Splitter.on(' ').splitToList(COMMANDS.get(run % COMMANDS.size())),
                            signals.get(random.nextInt(signals.size())),
                            Duration.ofMillis(random.nextInt(LATEST_MILLIS)),
                            random.nextInt(3) == 0);
            SignalTrial.Outcome outcome = trial.run(spec.root().userObject().getClass());
            if (outcome.before()) {
                early++;
                continue;
            }
            if (outcome.took().compareTo(longest) > 0) {
                longest = outcome.took();
            }
            if (outcome.code() != trial.code()
                    || outcome.took().compareTo(trial.twice() ? AT_ONCE : LONGEST) > 0) {
                late++;
                out.println(
                        "FAILED: %s: code %d after %d ms"
                                .formatted(trial, outcome.code(), outcome.took().toMillis()));
                out.flush();
            }
        }
        out.println(
                "%d commands, %d ended before their signal, %d too late or with another code; the longest took %d ms"
                        .formatted(runs, early, late, longest.toMillis()));
        return late == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
