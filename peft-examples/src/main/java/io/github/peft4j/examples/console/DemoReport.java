package io.github.peft4j.examples.console;

import com.google.common.collect.ImmutableMap;
import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.github.peft4j.io.AtomicFiles;
import io.github.peft4j.io.FileContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a demo measured, for machines: written as JSON with keys {@code task}, {@code seconds},
 * {@code trainable_parameters}, {@code adapter_bytes}, {@code before}, {@code after}, {@code
 * reloaded}, {@code disabled}.
 *
 * @param task the demo's name
 * @param seconds wall clock of the whole demo
 * @param trainableParameters number of trained values
 * @param adapterBytes size of the saved adapter's files
 * @param before metrics of the base model
 * @param after metrics with the trained adapter
 * @param reloaded metrics with the adapter read back from its files
 * @param disabled metrics with the adapter switched off
 */
public record DemoReport(
        String task,
        double seconds,
        long trainableParameters,
        long adapterBytes,
        Map<String, Double> before,
        Map<String, Double> after,
        Map<String, Double> reloaded,
        Map<String, Double> disabled) {

    private static final Gson GSON =
            new GsonBuilder()
                    .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
                    .setPrettyPrinting()
                    .create();

    /** Copies the metrics in their order; refuses numbers that JSON does not have. */
    public DemoReport {
        before = finite(before);
        after = finite(after);
        reloaded = finite(reloaded);
        disabled = finite(disabled);
    }

    private static Map<String, Double> finite(Map<String, Double> metrics) {
        metrics.forEach(
                (name, value) -> {
                    if (!Double.isFinite(value)) {
                        throw new IllegalArgumentException(
                                "Metric '"
                                        + name
                                        + "' is "
                                        + value
                                        + ", not a finite number."
                                        + " Something diverged; lower the learning rate.");
                    }
                });
        return ImmutableMap.copyOf(metrics);
    }

    /**
     * Checks that a report can be written, by writing an empty file beside it. To be called before
     * the work, whose result would be lost otherwise.
     *
     * @throws IOException if the folder is missing or not writable, or the file is a folder
     */
    public static void requireWritable(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException("Cannot write '" + file + "': it is a folder. Name a file.");
        }
        Path folder = folder(file);
        if (!Files.isDirectory(folder)) {
            throw new IOException(
                    "Cannot write '"
                            + file
                            + "': there is no folder '"
                            + folder
                            + "'. Create it first.");
        }
        try {
            Files.delete(temporary(file));
        } catch (IOException e) {
            throw new IOException(
                    "Cannot write '"
                            + file
                            + "': no file can be created in '"
                            + folder
                            + "' ("
                            + e
                            + "). Name a folder that you may write to.",
                    e);
        }
    }

    /** Writes the report; an existing file is replaced in one step, so none is ever half there. */
    public void write(Path file) throws IOException {
        write(this, file);
    }

    /** The same for a report of another form. */
    public static void write(Object report, Path file) throws IOException {
        AtomicFiles.write(file, FileContent.utf8(GSON.toJson(report) + System.lineSeparator()));
    }

    private static Path temporary(Path file) throws IOException {
        return Files.createTempFile(folder(file), ".report", ".tmp");
    }

    private static Path folder(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }
}
