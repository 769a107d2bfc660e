package io.github.peft4j.examples.demo;

import ai.djl.engine.Engine;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.cli.console.Interactive;
import io.github.peft4j.cli.console.ReportFile;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.examples.demo.story.DemoBase;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.examples.demo.story.DemoStory;
import io.github.peft4j.examples.demo.story.Lesson;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every demo of a transformer can be told, and how it runs. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
final class DemoOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Hugging Face checkpoint directory (default: the demo's own).")
    private @Nullable Path model;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "Data in the form of the demo's own (default: those).")
    private @Nullable Path data;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Rounds over the training examples (default: the demo's own).")
    private @Nullable Integer epochs;

    @Option(names = "--seed", paramLabel = "N", description = "Start values and order of batches.")
    private int seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Save the adapters here (default: .peft/ and the demo's name).")
    private @Nullable Path adapters;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures here.")
    private @Nullable Path json;

    /** Where the base comes from, if not the demo's own. */
    @Nullable Path model() {
        return model;
    }

    /** Where the data come from, if not the demo's own. */
    @Nullable Path data() {
        return data;
    }

    /** The settings, checked before anything is loaded. */
    DemoSettings settings(int usualEpochs) throws IOException {
        int rounds = epochs == null ? usualEpochs : epochs;
        if (rounds < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--epochs is " + rounds + ", must be at least 1.");
        }
        if (json != null) {
            ReportFile.requireWritable(json);
        }
        Path folder = adapters == null ? Path.of(".peft", spec.name()) : adapters;
        requireUsable(folder);
        Engine.getEngine(Engines.PYTORCH).setRandomSeed(seed);
        return new DemoSettings(rounds, seed, folder);
    }

    /** Tells the story of these lessons and answers the user. */
    int run(
            DemoBase base,
            PeftConfig config,
            ImmutableList<Lesson> lessons,
            DemoSettings settings,
            String prompt)
            throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        DemoStory story = new DemoStory(spec.name(), base, lessons, settings, out);
        try (PeftModel peft =
                PeftModels.getPeftModel(base.model(), config, lessons.get(0).adapter())) {
            write(story.tell(peft, config));
            out.println();
            out.flush();
            Interactive.onTerminal(out).answer(prompt, text -> answers(base, peft, lessons, text));
        }
        return story.held() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    /** Writes figures where the user wants them. */
    void write(Object report) throws IOException {
        if (json != null) {
            ReportFile.write(report, json);
        }
    }

    private static String answers(
            DemoBase base, PeftModel peft, ImmutableList<Lesson> lessons, String text) {
        StringBuilder answers = new StringBuilder();
        for (Lesson lesson : lessons) {
            peft.setAdapter(lesson.adapter());
            if (lessons.size() > 1) {
                answers.append(answers.isEmpty() ? "" : "   ")
                        .append(lesson.adapter())
                        .append(": ");
            }
            answers.append(lesson.answer(base, peft, text));
        }
        return answers.toString();
    }

    /** A folder that cannot be made would lose what was trained for minutes. */
    static void requireUsable(Path folder) throws IOException {
        Path there = folder.toAbsolutePath();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there == null || !Files.isDirectory(there) || !Files.isWritable(there)) {
            throw new IOException(
                    "Cannot save adapters in '"
                            + folder
                            + "': '"
                            + there
                            + "' is not a folder that you may write to. Name another with --out.");
        }
    }
}
