package io.github.peft4j.examples.demo;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.examples.data.MiniLm;
import io.github.peft4j.examples.demo.serving.ServingStory;
import io.github.peft4j.examples.demo.serving.TextJob;
import io.github.peft4j.examples.demo.story.DemoSettings;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Serves adapters with labels of their own over one base, from many threads. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "serving",
        description = "Three classifiers with their own labels over one MiniLM, from many threads.")
public final class ServingDemo implements Callable<Integer> {

    private static final int EPOCHS = 2;

    @Spec private CommandSpec spec;

    @Mixin private final DemoOptions options = new DemoOptions();

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "16",
            description = "How many threads ask at once (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Override
    public Integer call() throws Exception {
        if (threads < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--threads is " + threads + ", must be at least 1.");
        }
        DemoSettings settings = options.settings(EPOCHS);
        ImmutableList<TextJob> jobs = TextJob.read(options.data());
        Path given = options.model();
        Path checkpoint = given == null ? MiniLm.directory() : given;
        ServingStory.Report report =
                new ServingStory(checkpoint, jobs, settings, spec.commandLine().getOut())
                        .tell(threads);
        options.write(report);
        return report.held() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
