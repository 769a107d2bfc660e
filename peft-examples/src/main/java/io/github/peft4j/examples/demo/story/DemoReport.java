package io.github.peft4j.examples.demo.story;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.cli.console.ReportFile;
import java.io.IOException;
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

    /** Writes the report; an existing file is replaced in one step, so none is ever half there. */
    public void write(Path file) throws IOException {
        ReportFile.write(this, file);
    }
}
