package io.github.peft4j.cli.soak.signals;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

    @Option(
            names = "--golden",
            paramLabel = "DIR",
            description =
                    "Reference cases, such as peft-core/src/test/resources/golden: conformance,"
                            + " generate and bench are tried with them, too.")
    private @Nullable Path golden;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path work = Files.createTempDirectory("soak");
        try {
            List<List<String>> commands = new ArrayList<>();
            COMMANDS.forEach(command -> commands.add(Splitter.on(' ').splitToList(command)));
            if (golden != null) {
                commands.addAll(GoldenCommands.of(golden, work));
            }
            return send(commands);
        } finally {
            MoreFiles.deleteRecursively(work, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }

    private int send(List<List<String>> commands) throws IOException, InterruptedException {
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
                            commands.get(run % commands.size()),
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
