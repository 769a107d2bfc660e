package io.github.peft4j.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressBarTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintWriter out = new PrintWriter(bytes, true, StandardCharsets.US_ASCII);
    private long nanos;

    @Test
    void printsALineEveryFifteenSecondsWhereNothingCanBeRedrawn() {
        try (ProgressBar bar = new ProgressBar("epoch 1", 20, out, false, () -> nanos)) {
            for (int i = 0; i < 12; i++) {
                nanos += TimeUnit.SECONDS.toNanos(3);
                bar.step(30, 0.5, 27);
            }
        }

        assertThat(text().lines())
                .containsExactly(
                        "epoch 1 [=====...............]  25%  loss 0.5000  acc 0.900  10/s "
                                + " 0:45 left",
                        "epoch 1 [==========..........]  50%  loss 0.5000  acc 0.900  10/s "
                                + " 0:30 left",
                        "epoch 1 [============........]  60%  loss 0.5000  acc 0.900  10/s "
                                + " 0:24 left");
    }

    @Test
    void redrawsOneLineOnATerminal() {
        try (ProgressBar bar = new ProgressBar("epoch 1", 3, out, true, () -> nanos)) {
            for (int i = 0; i < 3; i++) {
                nanos += TimeUnit.MILLISECONDS.toNanos(90);
                bar.step(1, 1, 0);
            }
        }

        String[] states = text().stripTrailing().split("\r");
        assertThat(states).hasSize(3);
        assertThat(states[0]).isEmpty();
        assertThat(states[1]).startsWith("epoch 1 [=============.......]  66%").hasSize(79);
        assertThat(states[2]).startsWith("epoch 1 [====================] 100%").contains("in 0:00");
        assertThat(text()).endsWith(System.lineSeparator());
    }

    @Test
    void showsTheMeanOfTheLastSteps() {
        try (ProgressBar bar = new ProgressBar("e", 1000, out, false, () -> nanos)) {
            bar.step(2, 4, 0);
            bar.step(2, 1, 2);
            nanos += TimeUnit.SECONDS.toNanos(15);
            bar.step(2, 1, 2);
            for (int i = 3; i < 1000; i++) {
                bar.step(2, 1, 2);
            }
        }

        assertThat(text().lines().findFirst().orElseThrow()).contains("loss 1.9799  acc 0.673");
        assertThat(text().lines().skip(1).findFirst().orElseThrow())
                .contains("loss 1.0000  acc 1.000");
    }

    @Test
    void printsNoStateTwice() {
        try (ProgressBar bar = new ProgressBar("epoch 1", 2, out, false, () -> nanos)) {
            nanos += TimeUnit.SECONDS.toNanos(15);
            bar.step(1, 1, 1);
            nanos += TimeUnit.SECONDS.toNanos(15);
            bar.step(1, 1, 1);
        }

        assertThat(text().lines()).hasSize(2).last().asString().contains("100%", "in 0:30");
    }

    @Test
    void printsNothingWhenNoStepWasMade() {
        new ProgressBar("e", 1, out, true, () -> nanos).close();
        assertThat(text()).isEmpty();
    }

    @Test
    void refusesToCountNothing() {
        assertThatThrownBy(() -> new ProgressBar("epoch 1", 0, out, true, () -> nanos))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'epoch 1' has 0 steps");
    }

    private String text() {
        return bytes.toString(StandardCharsets.US_ASCII);
    }
}
