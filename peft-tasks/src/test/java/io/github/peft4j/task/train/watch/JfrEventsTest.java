package io.github.peft4j.task.train.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.task.train.report.CheckpointReport;
import io.github.peft4j.task.train.report.Evaluation;
import io.github.peft4j.task.train.report.StepReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JfrEventsTest {

    @TempDir private Path directory;

    @Test
    void standInARecording() throws IOException {
        Path file = directory.resolve("training.jfr");
        Path checkpoint = Path.of("out", "checkpoint-7");
        JfrEvents events = new JfrEvents();
        try (Recording recording = new Recording()) {
            for (String name : List.of("TrainingStep", "Evaluation", "Checkpoint")) {
                recording.enable("io.github.peft4j." + name);
            }
            recording.start();
            events.onStep(new StepReport(7, 1.5, 0.25, 1e-3, 2, 16, 0.125));
            events.onEvaluate(
                    new Evaluation(7, 1.5, ImmutableMap.of("loss", 0.5, "f1", 0.75), true));
            events.onCheckpoint(new CheckpointReport(7, checkpoint, 0.5));
            recording.stop();
            recording.dump(file);
        }
        events.onStep(new StepReport(8, 1.5, 0.25, 1e-3, 2, 16, 0.125));

        List<RecordedEvent> recorded = RecordingFile.readAllEvents(file);
        assertThat(recorded).hasSize(3);
        RecordedEvent step = named(recorded, "TrainingStep");
        assertThat(step.getLong("step")).isEqualTo(7);
        assertThat(step.getDouble("loss")).isEqualTo(0.25);
        assertThat(step.getDouble("learningRate")).isEqualTo(1e-3);
        assertThat(step.getInt("rows")).isEqualTo(16);
        RecordedEvent evaluation = named(recorded, "Evaluation");
        assertThat(evaluation.getString("figures")).isEqualTo("loss 0.5000, f1 0.7500");
        assertThat(evaluation.getBoolean("best")).isTrue();
        assertThat(named(recorded, "Checkpoint").getString("folder"))
                .isEqualTo(checkpoint.toString());
    }

    private static RecordedEvent named(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().endsWith("." + name))
                .findFirst()
                .orElseThrow();
    }
}
