package io.github.peft4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.cli.CommandRun;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demos as commands of {@code peft}, which finds them by itself. */
class DemoProviderTest {

    @TempDir private Path folder;

    @Test
    void bringsTheDemos() {
        CommandRun all = CommandRun.of("--help");
        assertThat(all.exitCode()).isZero();
        assertThat(all.out()).contains("Usage: peft", "demo", "generate", "conformance", "bench");

        CommandRun demo = CommandRun.of("demo", "--help");
        assertThat(demo.exitCode()).isZero();
        assertThat(demo.out()).contains("seq-cls", "mnist");
        assertThat(demo.err()).isEmpty();
    }

    @Test
    void showsTheHelpWhenNoDemoIsGiven() {
        CommandRun run = CommandRun.of("demo");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("Usage: peft demo", "Missing required subcommand");
    }

    @Test
    void returnsTwoForWrongUsage() {
        assertThat(CommandRun.of("demo", "mnist", "--epochs", "many").exitCode()).isEqualTo(2);

        CommandRun digit = CommandRun.of("demo", "mnist", "--digit", "10");
        assertThat(digit.exitCode()).isEqualTo(2);
        assertThat(digit.err()).contains("--digit is 10, must be 0 to 9.");
    }

    @Test
    void returnsOneAndOneLineForAFailure() {
        CommandRun run = CommandRun.of("demo", "mnist", "--json", folder);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines())
                .containsExactly(
                        "peft: Cannot write '" + folder + "': it is a folder. Name a file.");
    }

    @Test
    void printsTheStackTraceOnRequest() {
        CommandRun run = CommandRun.of("demo", "mnist", "--debug", "--json", folder);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("java.io.IOException: Cannot write", "\tat ");
    }
}
