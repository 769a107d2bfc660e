package io.github.peft4j.cli.soak;

import io.github.peft4j.cli.soak.adapters.RouterCommand;
import io.github.peft4j.cli.soak.adapters.SavesCommand;
import io.github.peft4j.cli.soak.adapters.ThreadsCommand;
import io.github.peft4j.cli.soak.configs.ConfigsCommand;
import io.github.peft4j.cli.soak.leaks.LeaksCommand;
import io.github.peft4j.cli.soak.signals.SignalsCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is promised, tried many times; each trial is a command of its own. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "soak",
        description = "Try many times what this library promises.",
        subcommands = {
            TokenizersCommand.class,
            ConfigsCommand.class,
            SavesCommand.class,
            ThreadsCommand.class,
            RouterCommand.class,
            LeaksCommand.class,
            SignalsCommand.class
        })
public final class SoakCommand implements Runnable {

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Say what to try: soak tokenizers DIR, configs DIR, saves, threads, router DIR, leaks or"
                        + " signals.");
    }
}
