package io.github.peft4j.examples.demo.story;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.DisabledAdapters;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.cli.console.TextTable;
import io.github.peft4j.config.PeftConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
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
    private final StoryRecord record;

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
        record = new StoryRecord(base.model(), settings.adapters(), out);
    }

    /** Tells the story on a model whose first adapter is the first lesson's, with start values. */
    public DemoReport tell(PeftModel model, PeftConfig config) throws IOException {
        out.printf(
                Locale.ROOT,
                "Base: %s, %,d weights%n%s%n",
                base.name(),
                record.weights(),
                model.trainableParameters());
        List<Figures> untrained = new ArrayList<>();
        for (Lesson lesson : lessons) {
            Figures figures = lesson.examine(base, model);
            untrained.add(figures);
            put(record.before(), lesson, figures);
        }
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
        List<String> adapters = lessons.stream().map(Lesson::adapter).toList();
        return record.end(task, model.trainableParameters().trainable(), adapters, base.bytes());
    }

    /** Whether every claim held. */
    public boolean held() {
        return record.held();
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
        put(record.after(), lesson, trained);
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
                PeftModel again =
                        PeftModels.fromPretrained(fresh.model(), record.folder(lesson.adapter()))) {
            Figures figures = lesson.examine(fresh, again);
            put(record.reloaded(), lesson, figures);
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
                put(record.disabled(), lessons.get(i), off);
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
        record.claim(what, now.sameBits(then), now.examples());
    }

    private static String number(@Nullable Double value) {
        return value == null ? "" : String.format(Locale.ROOT, value < 10 ? "%.3f" : "%.1f", value);
    }
}
