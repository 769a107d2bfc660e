package io.github.peft4j.task.train.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleBarTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private Steps steps(long total, boolean terminal, int width) {
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        return new Steps(total, steps -> new ConsoleBar(out, terminal, width, steps::nanos));
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    @Test
    void redrawsOneLine() {
        steps(10, true, 100).start().make(10, 0.05).end(false);

        String[] drawn = text().split("\r", -1);
        assertThat(drawn).hasSize(1 + 5);
        assertThat(drawn[1])
                .isEqualTo(
                        "[====................]  20% 2/10  loss 1.5000  lr 0.0010  320 rows/s "
                                + " 0:00:00 left");
        assertThat(drawn[5]).startsWith("[====================] 100% 10/10  loss 9.5000");
        assertThat(drawn[5]).endsWith("left\n");
    }

    @Test
    void putsEvaluationsAboveTheLine() {
        steps(10, true, 100).start().make(4, 0.1).evaluate(true).end(true);

        String[] drawn = text().split("\r", -1);
        assertThat(drawn[drawn.length - 3]).isBlank().hasSizeGreaterThan(60);
        assertThat(drawn[drawn.length - 2]).isEqualTo("step 4: loss 1.5000, f1 0.5000 *\n");
        assertThat(drawn[drawn.length - 1]).contains(" 40% 4/10").endsWith("after step 4\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20, 40, 66, 72, 80, 200})
    void fitsTheTerminal(int width) {
        steps(1_000_000, true, width).start().make(50, 3).end(false);

        assertThat(Arrays.stream(text().split("[\r\n]", -1)))
                .allMatch(line -> line.length() < Math.max(20, width));
    }

    @Test
    void writesPlainLinesWhereThereIsNoTerminal() {
        steps(100, false, 30).start().make(40, 1).evaluate(false).end(false);

        assertThat(text().lines())
                .containsExactly(
                        " 15% 15/100  loss 8.0000  lr 0.0010  16 rows/s  0:01:25 left",
                        " 30% 30/100  loss 23.0000  lr 0.0010  16 rows/s  0:01:10 left",
                        "step 40: loss 1.5000, f1 0.5000");
    }

    @Test
    void asksTheShellForTheWidth() {
        assertThat(ConsoleBar.columns("132")).isEqualTo(132);
        assertThat(ConsoleBar.columns("wide")).isEqualTo(80);
        assertThat(ConsoleBar.columns(null)).isEqualTo(80);
    }
}
