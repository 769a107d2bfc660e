package io.github.peft4j.cli.conformance;

import io.github.peft4j.cli.console.PrecisionName;
import io.github.peft4j.precision.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Computes reference cases again and compares them with what Python computed. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "conformance",
        description = "Compare with reference cases computed by Python PEFT.")
public final class ConformanceCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Folder with the cases (adapters, models, ...).")
    private Path cases;

    @Option(
            names = "--models",
            paramLabel = "DIR",
            description = "Folder with the base models (default: DIR/models).")
    private @Nullable Path models;

    @Option(
            names = "--only",
            paramLabel = "GLOB",
            description = "Only cases whose name matches, such as 'adapters/lora-*'.")
    private @Nullable String only;

    @Option(
            names = "--write",
            paramLabel = "OUT",
            description = "Save each adapter again from Java into this folder, with outputs.")
    private @Nullable Path write;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            description =
                    "How the bases hold their weights: float32, stored, or fp16-packed, which"
                            + " rounds those of float32 files. Default: ${DEFAULT-VALUE}.",
            defaultValue = "float32",
            converter = PrecisionName.class)
    private Precision precision = Precision.FLOAT32;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        AtomicInteger lines = new AtomicInteger();
        boolean right =
                new Conformance(cases, models, only, write, precision)
                        .run(
                                line -> {
                                    out.println(line);
                                    out.flush(); // a case may take long
                                    lines.incrementAndGet();
                                });
        if (lines.get() == 1) { // the counts alone: nothing was proved
            throw new IOException(
                    "No case in '"
                            + cases
                            + "'"
                            + (only == null ? "" : " is called '" + only + "'")
                            + ". Pass a folder with adapters/NAME or models/NAME/expected below"
                            + " it.");
        }
        return right ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
