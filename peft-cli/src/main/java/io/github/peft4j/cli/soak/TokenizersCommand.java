package io.github.peft4j.cli.soak;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Changes tokenizer files at random, and loads and uses each in a process that may die of it. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "tokenizers",
        description = "Load changed tokenizer.json files; none may end the process.")
public final class TokenizersCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "DIR",
            description = "Folder with tokenizer.json files, in folders of any depth.")
    private Path folder;

    @Option(names = "--files", paramLabel = "N", description = "How many changed files.")
    private int files = 10_000;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Repeats the files of an earlier run (default: a new one each time).")
    private @Nullable Long seed;

    @Option(
            names = "--keep",
            paramLabel = "OUT",
            description = "Keep the files that ended a process in this folder.")
    private @Nullable Path keep;

    @Option(
            names = "--write",
            paramLabel = "OUT",
            description = "Keep all files in this folder, and in results.txt what came of each.")
    private @Nullable Path write;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        long start = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
        out.println("seed " + start);
        out.flush();
        TokenizerSoak soak = new TokenizerSoak(folder, start, keep, write);
        TokenizerCounts counts =
                soak.run(
                        files,
                        line -> {
                            out.println(line);
                            out.flush();
                        });
        out.println(counts);
        return counts.deaths() + counts.hangs() + counts.odd() == 0
                ? ExitCode.OK
                : ExitCode.SOFTWARE;
    }
}
