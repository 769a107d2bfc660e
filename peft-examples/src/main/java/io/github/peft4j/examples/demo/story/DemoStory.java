package io.github.peft4j.examples.demo.story;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.DisabledAdapters;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.cli.console.Checks;
import io.github.peft4j.cli.console.TextTable;
import io.github.peft4j.config.PeftConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One base, an adapter a lesson: each learns, is saved, loaded on a fresh base and compared; then
 * all are switched off, which gives the first figures again, bit for bit.
 */
public final class DemoStory {

    private final String task;
    private final DemoBase base;
    private final ImmutableList<Lesson> lessons;
    private final DemoSettings settings;
    private final PrintWriter out;
    private final Checks checks;

    private final Map<String, Double> before = new LinkedHashMap<>();
    private final Map<String, Double> after = new LinkedHashMap<>();
    private final Map<String, Double> reloaded = new LinkedHashMap<>();
    private final Map<String, Double> disabled = new LinkedHashMap<>();

    /** A story of at least one lesson; figures of several carry the adapter's name in front. */
    public DemoStory(
            String task,
            DemoBase base,
            ImmutableList<Lesson> lessons,
            DemoSettings settings,
            PrintWriter out) {
        this.task = task;
        this.base = base;
        this.lessons = lessons;
        this.settings = settings;
        this.out = out;
        checks = new Checks(out);
    }

    /** Tells the story on a model whose first adapter is the first lesson's, with start values. */
    public DemoReport tell(PeftModel model, PeftConfig config) throws IOException {
        long start = System.nanoTime();
        WeightSnapshot weights = WeightSnapshot.of(base.model().parameters());
        out.printf(
                Locale.ROOT,
                "Base: %s, %,d weights%n%s%n",
                base.name(),
                weights.count(),
                model.trainableParameters());
        List<Figures> untrained = new ArrayList<>();
        for (Lesson lesson : lessons) {
            Figures figures = lesson.examine(base, model);
            untrained.add(figures);
            put(before, lesson, figures);
        }
        long trainable = model.trainableParameters().trainable();
        List<Figures> trained = new ArrayList<>();
        for (int i = 0; i < lessons.size(); i++) {
            Lesson lesson = lessons.get(i);
            if (i > 0) {
                model.addAdapter(lesson.adapter(), config);
                model.setAdapter(lesson.adapter());
            }
            trained.add(learn(model, lesson, untrained.get(i)));
        }
        if (lessons.size() > 1) {
            switchBack(model, trained.get(0));
        }
        switchOff(model, untrained);
        checks.add(
                weights.equals(WeightSnapshot.of(base.model().parameters())),
                String.format(Locale.ROOT, "the base: all %,d weights as before", weights.count()));
        printSizes();
        return new DemoReport(
                task,
                (System.nanoTime() - start) / 1e9,
                trainable,
                AdapterSize.of(folder(lessons.get(0))),
                before,
                after,
                reloaded,
                disabled);
    }

    /** Whether every claim held. */
    public boolean held() {
        return checks.allHeld();
    }

    private Figures learn(PeftModel model, Lesson lesson, Figures untrained) throws IOException {
        out.printf(
                Locale.ROOT,
                "%nAdapter '%s' learns from %s%n",
                lesson.adapter(),
                lesson.material());
        out.flush();
        lesson.train(base, model, settings, out);
        Figures trained = lesson.examine(base, model);
        put(after, lesson, trained);
        TextTable table = new TextTable("", "before", "after");
        trained.metrics()
                .forEach(
                        (name, value) ->
                                table.addRow(
                                        name,
                                        number(untrained.metrics().get(name)),
                                        number(value)));
        out.println();
        table.print(out);
        model.savePretrained(settings.adapters());
        try (DemoBase fresh = base.loadAgain();
                PeftModel again = PeftModels.fromPretrained(fresh.model(), folder(lesson))) {
            Figures figures = lesson.examine(fresh, again);
            put(reloaded, lesson, figures);
            claim("saved, loaded on a fresh base: as trained", figures, trained);
        }
        out.println();
        lesson.show(base, model, out);
        out.flush();
        return trained;
    }

    private void switchBack(PeftModel model, Figures then) throws IOException {
        Lesson first = lessons.get(0);
        out.println();
        model.setAdapter(first.adapter());
        claim("switched back to '" + first.adapter() + "': as before", examine(model, first), then);
    }

    private void switchOff(PeftModel model, List<Figures> untrained) throws IOException {
        try (DisabledAdapters scope = model.disableAdapter()) {
            for (int i = 0; i < lessons.size(); i++) {
                Figures off = examine(model, lessons.get(i));
                put(disabled, lessons.get(i), off);
                String which = lessons.size() > 1 ? ", " + lessons.get(i).adapter() : "";
                claim("switched off" + which + ": as in the beginning", off, untrained.get(i));
            }
        }
    }

    private Figures examine(PeftModel model, Lesson lesson) throws IOException {
        return lesson.examine(base, model);
    }

    private void put(Map<String, Double> figures, Lesson lesson, Figures found) {
        String prefix = lessons.size() > 1 ? lesson.adapter() + "_" : "";
        found.metrics().forEach((name, value) -> figures.put(prefix + name, value));
    }

    private void claim(String what, Figures now, Figures then) {
        checks.add(
                now.sameBits(then),
                String.format(
                        Locale.ROOT, "%s, all %,d answers, bit for bit", what, now.examples()));
        out.flush();
    }

    private static String number(@Nullable Double value) {
        return value == null ? "" : String.format(Locale.ROOT, value < 10 ? "%.3f" : "%.1f", value);
    }

    private void printSizes() throws IOException {
        out.println();
        for (Lesson lesson : lessons) {
            Path folder = folder(lesson);
            out.println("Saved: " + folder + ", " + AdapterSize.text(AdapterSize.of(folder)));
        }
        out.println("The base: " + AdapterSize.text(base.bytes()));
        out.flush();
    }

    private Path folder(Lesson lesson) {
        return lesson.adapter().equals(PeftModel.DEFAULT_ADAPTER)
                ? settings.adapters()
                : settings.adapters().resolve(lesson.adapter());
    }
}
