package io.github.peft4j.cli;

import com.google.common.base.Throwables;
import com.google.gson.JsonParseException;
import com.google.gson.stream.MalformedJsonException;
import io.github.peft4j.cli.bench.BenchCommand;
import io.github.peft4j.cli.conformance.ConformanceCommand;
import io.github.peft4j.cli.console.StopSignals;
import io.github.peft4j.cli.generate.GenerateCommand;
import io.github.peft4j.cli.hub.PullCommand;
import io.github.peft4j.cli.inspect.DiffCommand;
import io.github.peft4j.cli.inspect.InspectCommand;
import io.github.peft4j.cli.inspect.PlanCommand;
import io.github.peft4j.cli.soak.SoakCommand;
import io.github.peft4j.json.JsonReasons;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The command line. Exit codes: 0 done, 1 failed, 2 wrong usage, 128 and a signal's number where
 * that ended it. An error is one line; {@code --debug} adds the stack trace.
 */
@Command(
        name = "peft",
        description = "Parameter-efficient fine-tuning on the JVM.",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        versionProvider = Main.Version.class)
public final class Main {

    /** The loader of this jar sees what lies next to it, whichever thread asks. */
    private static final ClassLoader OWN_LOADER = Main.class.getClassLoader();

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Print the stack trace of an error.")
    private boolean debug;

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        StopSignals signals = StopSignals.listen();
        CommandLine line = commandLine();
        IExecutionExceptionHandler explain = line.getExecutionExceptionHandler();
        line.setExecutionExceptionHandler(
                (exception, command, parsed) -> {
                    Optional<String> signal = signals.received();
                    if (signal.isEmpty()) {
                        return explain.handleExecutionException(exception, command, parsed);
                    }
                    command.getErr().println("peft: stopped by " + signal.orElseThrow() + ".");
                    return ExitCode.SOFTWARE;
                });
        int code = line.execute(arguments);
        if (System.out.checkError()) {
            System.err.println(
                    "peft: Cannot write to standard output: the disk is full, or whoever reads it has"
                            + " gone. Not all that was printed is there.");
            code = Math.max(code, ExitCode.SOFTWARE);
        }
        System.exit(signals.exitCode(code));
    }

    /** The whole command line, as it answers in this process: first what other jars add. */
    static CommandLine commandLine() {
        return commandLine(ServiceLoader.load(CommandProvider.class, OWN_LOADER));
    }

    static CommandLine commandLine(Iterable<CommandProvider> providers) {
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        for (CommandProvider provider : providers) {
            line.addSubcommand(provider.command());
        }
        line.addSubcommand(new GenerateCommand());
        line.addSubcommand(new PullCommand());
        line.addSubcommand(new InspectCommand());
        line.addSubcommand(new DiffCommand());
        line.addSubcommand(new PlanCommand());
        line.addSubcommand(new ConformanceCommand());
        line.addSubcommand(new BenchCommand());
        line.addSubcommand(new SoakCommand());
        if (!line.getSubcommands().containsKey("demo")) {
            line.addSubcommand(new MissingDemo());
        }
        line.setExecutionExceptionHandler(
                (exception, command, parsed) -> main.explain(exception, command.getErr()));
        return line;
    }

    private int explain(Exception exception, PrintWriter err) {
        if (debug) {
            exception.printStackTrace(err);
        } else {
            err.println("peft: " + oneLine(exception));
        }
        err.flush();
        return ExitCode.SOFTWARE;
    }

    /**
     * The text of an exception, or of its root where the outer one adds none of its own. A single
     * word, such as the name of a missing file, says too little: the type goes before it.
     */
    static String oneLine(Exception exception) {
        Throwable root = Throwables.getRootCause(exception);
        String text = exception.getMessage();
        if (text == null || text.equals(root.toString())) {
            text = root.getMessage();
        }
        String type = root.getClass().getSimpleName();
        boolean json = root instanceof JsonParseException || root instanceof MalformedJsonException;
        if (json && (text == null || text.equals(root.getMessage()))) {
            text = "this is no valid JSON: " + JsonReasons.of(root);
        }
        if (text == null) {
            return type;
        }
        return (text.indexOf(' ') < 0 ? type + ": " + text : text).replaceAll("\\s*\\R\\s*", " ");
    }

    /** Reads the version that the build wrote into the jar. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {
                "peft "
                        + (version == null ? "(not packaged)" : version)
                        + " on Java "
                        + System.getProperty("java.version")
            };
        }
    }
}
