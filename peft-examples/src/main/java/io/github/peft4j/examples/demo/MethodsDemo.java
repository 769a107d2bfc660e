package io.github.peft4j.examples.demo;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.cli.console.Checks;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.examples.demo.sentiment.Domain;
import io.github.peft4j.examples.demo.sentiment.MethodRace;
import io.github.peft4j.examples.demo.sentiment.TextClassifier;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.task.preset.MethodPreset;
import io.github.peft4j.task.preset.MethodPresets;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains every method that fits a text classifier on the same texts, one base for all of them. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "methods",
        description = "Every method on the sentiment of tweets: size, time and accuracy.")
public final class MethodsDemo implements Callable<Integer> {

    /** How far every method must be above the most frequent class. */
    private static final double MARGIN = 0.05;

    @Spec private CommandSpec spec;

    @Mixin private DemoOptions options;

    @Option(
            names = "--methods",
            paramLabel = "NAME",
            split = ",",
            description = "Only these, by peft_type or variant (default: all that have a preset).")
    private @Nullable List<String> methods;

    @Override
    public Integer call() throws Exception {
        DemoSettings settings = options.settings(3);
        List<MethodPreset> presets = presets();
        ImmutableList<String> labels = ImmutableList.of("negative", "positive");
        Path data = options.data();
        Domain domain = data == null ? Domain.shipped("tweets", labels) : Domain.of(data, labels);
        PrintWriter out = spec.commandLine().getOut();
        try (TextClassifier classifier = TextClassifier.load(options.model(), labels)) {
            MethodRace race = new MethodRace(classifier, domain, settings, out);
            for (MethodPreset preset : presets) {
                race.run(preset);
            }
            out.println();
            race.table().print(out);
            out.println();
            Checks checks = new Checks(out);
            if (options.model() == null) {
                checks.add(race.leftOut() == 0, "every preset fits the base");
            }
            if (data == null) {
                double least = race.majority() + MARGIN;
                for (MethodRace.Outcome outcome : race.outcomes()) {
                    checks.add(
                            outcome.accuracy() >= least,
                            String.format(
                                    Locale.ROOT,
                                    "%s: %.3f, at least %.3f",
                                    outcome.method(),
                                    outcome.accuracy(),
                                    least));
                }
            }
            options.write(race.report());
            out.flush();
            return checks.allHeld() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private List<MethodPreset> presets() {
        List<MethodPreset> fitting = MethodPresets.fitting(TaskType.SEQ_CLS);
        if (methods == null) {
            return fitting;
        }
        List<MethodPreset> chosen = new ArrayList<>();
        for (String name : methods) {
            String method = name.toUpperCase(Locale.ROOT);
            chosen.add(
                    fitting.stream()
                            .filter(preset -> preset.name().equals(method))
                            .findFirst()
                            .orElseThrow(() -> unknown(name, fitting)));
        }
        return ImmutableList.copyOf(chosen);
    }

    private ParameterException unknown(String name, List<MethodPreset> fitting) {
        return new ParameterException(
                spec.commandLine(),
                "--methods names '"
                        + name
                        + "'. There are presets for: "
                        + fitting.stream().map(MethodPreset::name).toList()
                        + ".");
    }
}
