package io.github.peft4j.cli.soak.configs;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Changes configs, templates and headers at random, and loads each in a small process. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "configs",
        description =
                "Load changed configs, chat templates and tensor headers; each is loaded, or"
                        + " refused by name.")
public final class ConfigsCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "DIR",
            arity = "1..*",
            description = "Folders with checkpoints, adapters on them, and tokenizers.")
    private List<Path> folders = new ArrayList<>();

    @Option(names = "--files", paramLabel = "N", description = "How many changed folders.")
    private int files = 10_000;

    @Option(
            names = "--first",
            paramLabel = "I",
            description = "Number of the first one: to try one of an earlier run alone.")
    private int first;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Repeats the files of an earlier run (default: a new one each time).")
    private @Nullable Long seed;

    @Option(
            names = "--keep",
            paramLabel = "OUT",
            description = "Keep what did not end as promised in this folder.")
    private @Nullable Path keep;

    @Option(
            names = "--write",
            paramLabel = "FILE",
            description = "Write a line on what came of each folder to this file.")
    private @Nullable Path write;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        long start = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
        out.println("seed " + start);
        out.flush();
        ConfigCounts counts =
                new ConfigSoak(folders, start, keep, write)
                        .run(
                                first,
                                files,
                                line -> {
                                    out.println(line);
                                    out.flush();
                                });
        out.println(counts);
        return counts.good() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
}
