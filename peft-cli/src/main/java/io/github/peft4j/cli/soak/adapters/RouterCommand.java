package io.github.peft4j.cli.soak.adapters;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.github.peft4j.cli.soak.leaks.ProcessMemory;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks many adapters of a router from many threads, and compares with each asked alone. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "router",
        description = "Ask many adapters at once; each answer must be its adapter's.")
public final class RouterCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "A checkpoint that classifies texts.")
    private Path checkpoint;

    @Option(
            names = "--requests",
            paramLabel = "N",
            description = "How many requests (default: 10000).")
    private int requests = 10_000;

    @Option(
            names = "--adapters",
            paramLabel = "N",
            description = "How many adapters (default: 100).")
    private int adapters = 100;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "How many threads ask (default: 8).")
    private int threads = 8;

    @Option(names = "--seed", paramLabel = "S", description = "Repeats an earlier run's numbers.")
    private @Nullable Integer seed;

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        PrintWriter out = spec.commandLine().getOut();
        int start = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
        out.println("seed " + start);
        Path work = Files.createTempDirectory("peft-soak");
        try (TransformerModel base = Transformers.load(checkpoint, TaskType.SEQ_CLS);
                RouterTrial trial = RouterTrial.of(base, adapters, work, start)) {
            // Each half registers and removes all adapters: the second must leave nothing more.
            RouterTrial.Counts first = trial.run(threads, requests / 2);
            int arrays = ProcessMemory.arrays();
            double before = ProcessMemory.resident();
            RouterTrial.Counts second = trial.run(threads, requests - requests / 2);
            int stayed = ProcessMemory.arrays() - arrays;
            double after = ProcessMemory.resident();
            int wrong = first.wrong() + second.wrong();
            out.printf(
                    "%d requests to %d adapters from %d threads: %d wrong; beside them %d adapters"
                            + " replaced; %d arrays stayed; the process holds %.0f MiB, %+.1f in the"
                            + " second half%n",
                    requests,
                    adapters,
                    threads,
                    wrong,
                    first.replaced() + second.replaced(),
                    stayed,
                    after,
                    after - before);
            return wrong == 0 && stayed == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
        } finally {
            MoreFiles.deleteRecursively(work, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }
}
