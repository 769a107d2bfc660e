package io.github.peft4j.task.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {

    private static List<String> lines() throws IOException {
        String file = "/schedules/get_scheduler.csv";
        try (InputStream in = LearningRateScheduleTest.class.getResourceAsStream(file)) {
            String text =
                    new String(
                            Objects.requireNonNull(in, file).readAllBytes(),
                            StandardCharsets.UTF_8);
            return text.lines().filter(line -> !line.startsWith("#")).skip(1).toList();
        }
    }

    @Test
    void multipliesAsGetSchedulerDoes() throws IOException {
        assertThat(lines()).hasSize(8);
        for (String line : lines()) {
            String[] cells = line.split(",", -1);
            LearningRateSchedule schedule = LearningRateSchedule.of(cells[0]);
            long warmup = Long.parseLong(cells[1]);
            long total = Long.parseLong(cells[2]);
            double[] expected =
                    Arrays.stream(cells, 3, cells.length)
                            .mapToDouble(Double::parseDouble)
                            .toArray();
            assertThat(expected).hasSize((int) total + 3);
            for (int step = 0; step < expected.length; step++) {
                assertThat(schedule.multiplier(step, warmup, total))
                        .as("%s at step %d", line, step)
                        .isCloseTo(expected[step], within(1e-15));
            }
        }
    }

    @Test
    void risesOnTopOfALine() {
        LearningRateSchedule schedule = LearningRateSchedule.risingLinear(0.06);

        // lr * min(1.0, (step + 1) / (0.06 * steps)) * max(0.0, 1 - step / steps), steps = 261
        assertThat(schedule.multiplier(0, 0, 261)).isCloseTo(0.06385696040868455, within(1e-15));
        assertThat(schedule.multiplier(14, 0, 261)).isCloseTo(0.9064752425830507, within(1e-15));
        assertThat(schedule.multiplier(15, 0, 261)).isCloseTo(0.9425287356321839, within(1e-15));
        assertThat(schedule.multiplier(260, 0, 261)).isCloseTo(0.003831417624521105, within(1e-15));
        assertThat(schedule.multiplier(300, 0, 261)).isZero();
    }

    @Test
    void refusesUnknownNamesAndShares() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LearningRateSchedule.of("polynomial"))
                .withMessageContaining("'polynomial'")
                .withMessageContaining("constant_with_warmup");
        for (double share : new double[] {0, -1, 1.5, Double.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> LearningRateSchedule.risingLinear(share))
                    .withMessageContaining("warmupShare " + share);
        }
    }
}
