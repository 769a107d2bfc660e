package io.github.peft4j.cli.inspect;

import io.github.peft4j.inspect.AdapterInspection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what an adapter's folder is. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "inspect",
        description = "Show what an adapter is and whether it acts; needs no base model.")
public final class InspectCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Adapter directory, of Python's or this library.")
    private Path folder;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all of it here as JSON.")
    private @Nullable Path json;

    @Override
    public Integer call() throws IOException {
        Shown.requireWritable(json);
        AdapterInspection seen = AdapterInspection.of(folder);
        Shown.print(seen, spec.commandLine().getOut(), seen.toMap(), json);
        return 0;
    }
}
