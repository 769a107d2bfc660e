package io.github.peft4j.examples.demo;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.cli.console.Checks;
import io.github.peft4j.examples.demo.sentiment.Domain;
import io.github.peft4j.examples.demo.sentiment.StartRace;
import io.github.peft4j.examples.demo.sentiment.TextClassifier;
import io.github.peft4j.examples.demo.story.DemoSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains one LoRA from every start: how many steps does each take to the same loss? */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "starts",
        description = "Every start of LoRA on the sentiment of tweets: steps to the same loss.")
public final class StartsDemo implements Callable<Integer> {

    /** What a start may cost at the end. */
    private static final double ROOM = 1.15;

    @Spec private CommandSpec spec;

    @Mixin private DemoOptions options;

    @Option(
            names = "--starts",
            paramLabel = "NAME",
            split = ",",
            description = "Only these besides the default, by init_lora_weights.")
    private @Nullable List<String> starts;

    @Option(
            names = "--learning-rate",
            paramLabel = "RATE",
            defaultValue = "5e-4",
            description = "Peak learning rate of all (default: ${DEFAULT-VALUE}).")
    private double learningRate;

    @Override
    public Integer call() throws Exception {
        DemoSettings settings = options.settings(3);
        Set<String> chosen = chosen();
        ImmutableList<String> labels = ImmutableList.of("negative", "positive");
        Path data = options.data();
        Domain domain = data == null ? Domain.shipped("tweets", labels) : Domain.of(data, labels);
        PrintWriter out = spec.commandLine().getOut();
        try (TextClassifier classifier = TextClassifier.load(options.model(), labels)) {
            StartRace race = new StartRace(classifier, domain, settings, learningRate, out);
            for (String start : chosen) {
                race.run(start);
            }
            out.println();
            race.table().print(out);
            out.println();
            Checks checks = new Checks(out);
            double most = ROOM * race.outcomes().get(0).finalLoss();
            for (StartRace.Outcome outcome : race.outcomes()) {
                checks.add(
                        outcome.finalLoss() <= most,
                        String.format(
                                Locale.ROOT,
                                "%s ends at a loss of %.3f, at most %.3f",
                                outcome.start(),
                                outcome.finalLoss(),
                                most));
            }
            options.write(race.report());
            out.flush();
            return checks.allHeld() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private Set<String> chosen() {
        if (starts == null) {
            return new LinkedHashSet<>(StartRace.STARTS);
        }
        Set<String> chosen = new LinkedHashSet<>();
        chosen.add(StartRace.DEFAULT);
        for (String name : starts) {
            if (!StartRace.STARTS.contains(name)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--starts names '" + name + "'. There are " + StartRace.STARTS + ".");
            }
            chosen.add(name);
        }
        return chosen;
    }
}
