package io.github.peft4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

class MainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir private Path folder;

    @Test
    void explainsItself() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("Usage: peft", "generate", "conformance", "bench");
        assertThat(run("bench", "--help")).isZero();
        assertThat(out.toString()).contains("--workload", "--debug");
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).contains("on Java " + System.getProperty("java.version"));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void showsTheHelpWhenNoCommandIsGiven() {
        assertThat(run()).isEqualTo(2);
        assertThat(err.toString()).contains("Usage: peft", "Missing required subcommand");
    }

    @Test
    void returnsTwoForWrongUsage() {
        assertThat(run("trian")).isEqualTo(2);
        assertThat(run("conformance")).isEqualTo(2);
        assertThat(run("bench", "--workload", "w")).isEqualTo(2);
    }

    @Test
    void returnsOneAndOneLineForAFailure() {
        assertThat(run(bench())).isEqualTo(1);
        assertThat(err.toString().lines())
                .containsExactly(
                        "peft: Cannot write '" + folder + "': it is a folder. Name a file.");
    }

    @Test
    void printsTheStackTraceOnRequest() {
        assertThat(run(bench("--debug"))).isEqualTo(1);
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

    @Test
    void saysHowToGetTheDemosWhereThereAreNone() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).doesNotContain("demo");

        assertThat(run("demo", "mnist", "--epochs", "2")).isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("peft: 'demo mnist --epochs 2' needs peft-examples")
                .contains("io.github.peft4j:peft-examples");
    }

    @Test
    void takesCommandsThatOthersProvide() {
        CommandLine line = Main.commandLine(List.of(Echo::new));
        line.setOut(new PrintWriter(out, true));

        assertThat(line.execute("--help")).isZero();
        assertThat(out.toString()).contains("echo");
        assertThat(line.execute("echo", "--debug", "hello")).isEqualTo(5);
    }

    @Command(name = "echo")
    private static final class Echo implements Callable<Integer> {

        @Parameters private String text = "";

        @Override
        public Integer call() {
            return text.length();
        }
    }

    private String[] bench(String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("bench", "--workload", "w", "--models", "m", "--out"));
        arguments.add(folder.toString());
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }
}
