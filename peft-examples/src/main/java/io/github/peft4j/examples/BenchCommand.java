package io.github.peft4j.examples;

import io.github.peft4j.UnsupportedFeatureException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs one workload of the side-by-side benchmark against Python PEFT. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(name = "bench", description = "Run one benchmark workload and write what it took.")
final class BenchCommand implements Callable<Integer> {

    @Option(names = "--workload", paramLabel = "NAME", required = true, description = "Which one.")
    private String workload;

    @Option(
            names = "--models",
            paramLabel = "DIR",
            required = true,
            description = "Folder with workloads.json, models, adapters and batches.")
    private Path models;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "Write the measurements here, as one JSON object.")
    private Path out;

    @Option(names = "--quick", description = "Only as many steps as 'quick_steps' says.")
    private boolean quick;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads for arithmetic (0: as LibTorch chooses).")
    private int threads;

    @Override
    public Integer call() {
        throw new UnsupportedFeatureException(
                "The benchmarks are not in this build (workload "
                        + workload
                        + ", models "
                        + models
                        + ", out "
                        + out
                        + ", quick "
                        + quick
                        + ", threads "
                        + threads
                        + "). Run './peft demo mnist'.");
    }
}
