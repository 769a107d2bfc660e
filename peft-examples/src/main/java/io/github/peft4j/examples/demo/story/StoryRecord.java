package io.github.peft4j.examples.demo.story;

import io.github.peft4j.PeftModel;
import io.github.peft4j.cli.console.Checks;
import io.github.peft4j.transformers.TransformerModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a story measures and claims while it is told. */
public final class StoryRecord {

    private final long start = System.nanoTime();
    private final TransformerModel base;
    private final WeightSnapshot weights;
    private final Path adapters;
    private final PrintWriter out;
    private final Checks checks;

    private final Map<String, Double> before = new LinkedHashMap<>();
    private final Map<String, Double> after = new LinkedHashMap<>();
    private final Map<String, Double> reloaded = new LinkedHashMap<>();
    private final Map<String, Double> disabled = new LinkedHashMap<>();

    /**
     * Begins with a look at the base's weights.
     *
     * @param adapters where adapters are saved
     */
    public StoryRecord(TransformerModel base, Path adapters, PrintWriter out) {
        this.base = base;
        this.adapters = adapters;
        this.out = out;
        weights = WeightSnapshot.of(base.parameters());
        checks = new Checks(out);
    }

    /** How many weights the base has. */
    public long weights() {
        return weights.count();
    }

    /** Figures before training. */
    public Map<String, Double> before() {
        return before;
    }

    /** Figures after training. */
    public Map<String, Double> after() {
        return after;
    }

    /** Figures of adapters that were saved and loaded on a fresh base. */
    public Map<String, Double> reloaded() {
        return reloaded;
    }

    /** Figures with adapters switched off. */
    public Map<String, Double> disabled() {
        return disabled;
    }

    /** Claims that all answers are the same, bit for bit. */
    public void claim(String what, boolean same, long answers) {
        checks.add(
                same,
                String.format(Locale.ROOT, "%s, all %,d answers, bit for bit", what, answers));
        out.flush();
    }

    /** Whether every claim held. */
    public boolean held() {
        return checks.allHeld();
    }

    /** Where an adapter is saved. */
    public Path folder(String adapter) {
        return adapter.equals(PeftModel.DEFAULT_ADAPTER) ? adapters : adapters.resolve(adapter);
    }

    /**
     * Ends with claims about the base and a look at the sizes.
     *
     * @param trained how many numbers an adapter has
     * @param names of the adapters; the first one's size is reported
     * @param bytes of the base
     */
    public DemoReport end(String task, long trained, List<String> names, long bytes)
            throws IOException {
        checks.add(
                weights.equals(WeightSnapshot.of(base.parameters())),
                String.format(Locale.ROOT, "the base: all %,d weights as before", weights.count()));
        out.println();
        for (String name : names) {
            Path folder = folder(name);
            out.println("Saved: " + folder + ", " + AdapterSize.text(AdapterSize.of(folder)));
        }
        out.println("The base: " + AdapterSize.text(bytes));
        out.flush();
        return new DemoReport(
                task,
                (System.nanoTime() - start) / 1e9,
                trained,
                AdapterSize.of(folder(names.get(0))),
                before,
                after,
                reloaded,
                disabled);
    }
}
