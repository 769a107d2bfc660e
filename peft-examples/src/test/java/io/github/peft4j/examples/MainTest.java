package io.github.peft4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir private Path folder;

    @Test
    void explainsItself() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("Usage: peft", "demo", "conformance", "bench");
        assertThat(run("demo", "--help")).isZero();
        assertThat(out.toString()).contains("seq-cls", "mnist");
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).contains("on Java " + System.getProperty("java.version"));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void showsTheHelpWhenNoCommandIsGiven() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("Usage: peft", "Missing required subcommand");
        assertThat(run("demo")).isEqualTo(2);
        assertThat(err.toString()).contains("Usage: peft demo", "Missing required subcommand");
    }

    @Test
    void returnsTwoForWrongUsage() {
        assertThat(run("trian")).isEqualTo(2);
        assertThat(run("demo", "mnist", "--epochs", "many")).isEqualTo(2);
        assertThat(run("demo", "mnist", "--digit", "10")).isEqualTo(2);
        assertThat(err.toString()).contains("--digit is 10, must be 0 to 9.");
        assertThat(run("conformance")).isEqualTo(2);
        assertThat(run("bench", "--workload", "w")).isEqualTo(2);
    }

    @Test
    void returnsOneAndOneLineForAFailure() {
        assertThat(run("demo", "mnist", "--json", folder.toString())).isEqualTo(1);
        assertThat(err.toString().lines())
                .containsExactly(
                        "peft: Cannot write '" + folder + "': it is a folder. Name a file.");
    }

    @Test
    void printsTheStackTraceOnRequest() {
        assertThat(run("demo", "mnist", "--debug", "--json", folder.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("java.io.IOException: Cannot write", "\tat ");
    }

    @Test
    void namesTheTypeWhereTheTextAloneSaysLittle() {
        assertThat(Main.oneLine(new java.nio.file.NoSuchFileException("a.json")))
                .isEqualTo("NoSuchFileException: a.json");
        assertThat(Main.oneLine(new NullPointerException())).isEqualTo("NullPointerException");
        assertThat(Main.oneLine(new RuntimeException(new IllegalStateException("no base\n yet."))))
                .isEqualTo("no base yet.");
        assertThat(Main.oneLine(new IllegalArgumentException("Rank is 0.")))
                .isEqualTo("Rank is 0.");
    }

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }
}
