package io.github.peft4j.examples;

import io.github.peft4j.UnsupportedFeatureException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Computes reference cases again and compares them with what Python computed. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "conformance",
        description = "Compare with reference cases computed by Python PEFT.")
final class ConformanceCommand implements Callable<Integer> {

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
            description = "Only cases whose name matches, such as 'lora-*'.")
    private String only = "*";

    @Option(
            names = "--write",
            paramLabel = "OUT",
            description = "Save each adapter again from Java into this folder, with outputs.")
    private @Nullable Path write;

    @Override
    public Integer call() {
        throw new UnsupportedFeatureException(
                "The conformance runner is not in this build (cases "
                        + cases
                        + ", models "
                        + models
                        + ", only "
                        + only
                        + ", write "
                        + write
                        + "). Run './peft demo mnist'.");
    }
}
