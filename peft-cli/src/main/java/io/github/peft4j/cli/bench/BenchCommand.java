package io.github.peft4j.cli.bench;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.cli.console.ReportFile;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.io.file.FileContent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs one workload of the side-by-side benchmark against Python PEFT. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(name = "bench", description = "Run one benchmark workload and write what it took.")
public final class BenchCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

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
            names = "--plan",
            description = "Plan a training before, and compare it with what it took.")
    private boolean planned;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads for arithmetic (0: as LibTorch chooses).")
    private int threads;

    @Override
    public Integer call() throws IOException {
        if (threads < 0) {
            throw new ParameterException(
                    spec.commandLine(), "--threads is " + threads + ", must be 0 or more.");
        }
        ReportFile.requireWritable(out);
        if (threads > 0) {
            Engine.getEngine(Engines.PYTORCH); // JniUtils does not work before
            JniUtils.setNumThreads(threads);
        }
        JsonObject measured = Benchmark.run(models, workload, quick, planned);
        String json = new GsonBuilder().setPrettyPrinting().create().toJson(measured);
        JsonElement report = measured.get("plan");
        if (report != null) {
            spec.commandLine().getOut().println(report.getAsString());
        }
        AtomicFiles.write(out, FileContent.utf8(json + System.lineSeparator()));
        return 0;
    }
}
