package io.github.peft4j.task.train.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.task.train.report.CheckpointReport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLoggerFactory;

class ProgressLogTest {

    private final List<String> lines = new ArrayList<>();

    private Steps steps(long total) {
        return new Steps(total, steps -> new ProgressLog(lines::add, steps::nanos));
    }

    @Test
    void saysWhatTrainsAndWhatItCameTo() {
        steps(40).start().make(20, 0.1).evaluate(true).make(20, 0.1).end(false);

        assertThat(lines)
                .containsExactly(
                        "Training 12,345 values on 1,000 rows: 40 steps of 2 x 8 rows",
                        "Evaluation after step 20: loss 1.5000, f1 0.5000, the best so far",
                        "Trained after 40 steps in 0:00:04: mean loss 0.5000, last loss 0.2500,"
                                + " best figure 0.7500 after step 20");
    }

    /** 400 seconds: the ten of a line pass sooner than a twentieth of the steps. */
    @Test
    void hasALineEachTwentiethOfALongRun() {
        steps(2000).start().make(2000, 0.2).end(true);

        assertThat(lines).hasSize(1 + 19 + 1);
        assertThat(lines.get(1))
                .isEqualTo(
                        "Step 100 of 2,000 (5%, epoch 2.00): loss 50.5000, learning rate 0.00100,"
                                + " 80 rows/s, 0:06:20 left");
        assertThat(lines.get(2)).startsWith("Step 200 of 2,000 (10%, epoch 4.00): loss 150.5000,");
        assertThat(lines.get(20)).startsWith("Stopped after 2,000 steps in 0:06:40: mean loss");
    }

    @Test
    void hasALineEachTenSecondsOfAShorterRun() {
        steps(400).start().make(400, 0.1).end(false);

        assertThat(lines).hasSize(1 + 3 + 1);
        assertThat(lines.get(1)).startsWith("Step 100 of 400 (25%, epoch 2.00): loss 50.5000,");
    }

    @Test
    void countsAResumedTrainingFromWhereItIs() {
        long[] nanos = new long[1];
        ProgressLog log = new ProgressLog(lines::add, () -> nanos[0]);
        log.onStart(Steps.start(30, 40));
        log.onCheckpoint(new CheckpointReport(40, Path.of("out", "checkpoint-40"), 0.1));
        log.onEnd(Steps.result(40, false));

        assertThat(lines.get(0)).endsWith("40 steps of 2 x 8 rows, 30 of them made before");
        assertThat(lines.get(1)).endsWith("; last checkpoint " + Path.of("out", "checkpoint-40"));
    }

    @Test
    void saysOnceThatNothingWillBeSeen() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        AtomicBoolean said = new AtomicBoolean();

        UnheardLog.warnOnce(LoggerFactory.getILoggerFactory(), said, err);
        assertThat(bytes.size()).as("these tests have a provider").isZero();
        UnheardLog.warnOnce(new NOPLoggerFactory(), said, err);
        UnheardLog.warnOnce(new NOPLoggerFactory(), said, err);

        assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "peft4j: nothing of this training will be seen, as there is no SLF4J"
                                + " provider. Add one to the class path, such as"
                                + " org.slf4j:slf4j-simple, or addListener(new ConsoleBar()) to"
                                + " the trainer.");
    }
}
