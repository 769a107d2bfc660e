package io.github.peft4j.cli.inspect;

import io.github.peft4j.inspect.AdapterDiff;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what changed between two adapters. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "diff",
        description = "Show what changed between two adapters, layer by layer, and how much.")
public final class DiffCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "A", description = "Directory of the first adapter.")
    private Path first;

    @Parameters(index = "1", paramLabel = "B", description = "Directory of the second adapter.")
    private Path second;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all of it here as JSON.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        Shown.requireWritable(json);
        AdapterDiff diff = AdapterDiff.of(first, second);
        Shown.print(diff, spec.commandLine().getOut(), diff, json);
        return 0;
    }
}
