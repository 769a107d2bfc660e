package io.github.peft4j.cli.hub;

import io.github.peft4j.hub.Hub;
import io.github.peft4j.hub.HubName;
import io.github.peft4j.hub.HubOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Downloads a model or an adapter and prints its directory, and nothing else, on standard output.
 */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "pull",
        description = {
            "Download a model or an adapter of the Hugging Face hub into the cache that Python uses"
                    + " too, and print its directory.",
            "Only what the cache lacks is downloaded; with HF_HUB_OFFLINE=1, nothing. HF_TOKEN,"
                    + " HF_HOME, HF_HUB_CACHE, HF_ENDPOINT and HTTPS_PROXY count as in Python."
        })
public final class PullCommand implements Callable<Integer> {

    private final Map<String, String> environment;

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "org/name.")
    private String name;

    @Option(
            names = "--revision",
            paramLabel = "R",
            description = "Branch, tag or commit (default: ${DEFAULT-VALUE}).",
            defaultValue = "main")
    private String revision;

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = "Address of the hub or a mirror (default: HF_ENDPOINT, else the hub's).")
    private @Nullable String endpoint;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "The cache (default: HF_HUB_CACHE, else ~/.cache/huggingface/hub).")
    private @Nullable Path cache;

    /** Reads the variables of this process. */
    public PullCommand() {
        this(System.getenv());
    }

    PullCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        if (!HubName.isValid(name)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "'" + name + "' is no name of the hub. Pass org/name, or name.");
        }
        Path directory = new Hub(options()).pull(name);
        spec.commandLine().getOut().println(directory);
        spec.commandLine().getOut().flush();
        return 0;
    }

    private HubOptions options() {
        HubOptions.Builder builder;
        try {
            builder = HubOptions.builder(environment);
            builder.optRevision(revision);
            if (endpoint != null) {
                builder.optEndpoint(endpoint);
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        if (cache != null) {
            builder.optCache(cache);
        }
        return builder.optListener(new PullProgress(spec.commandLine().getErr())).build();
    }
}
