package io.github.peft4j.task.train.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import io.github.peft4j.task.OddValues;
import io.github.peft4j.task.train.report.LogEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** trainer_state.json as it was written, and with values of another type under each key. */
class TrainerStateTypesTest {

    @TempDir Path folder;

    private static TrainerStateFile state() {
        return new TrainerStateFile(
                new Progress.Saved(
                        7,
                        1,
                        2,
                        true,
                        0.5,
                        Double.NaN,
                        Double.POSITIVE_INFINITY,
                        3,
                        new BestMetric(OptionalDouble.of(0.25), 4, 1),
                        ImmutableList.of(
                                new LogEntry(7, 1.5, ImmutableMap.of("loss", Double.NaN)))),
                new Fingerprint(ImmutableSortedMap.of("seed", "42")));
    }

    @Test
    void isReadAsItWasWritten() throws IOException {
        Files.writeString(folder.resolve(TrainerStateFile.NAME), state().text());

        assertThat(TrainerStateFile.read(folder)).isEqualTo(state());
    }

    @Test
    void isReadOrNamesTheKey() throws IOException {
        Path file = folder.resolve(TrainerStateFile.NAME);
        Files.writeString(file, state().text().replaceAll("NaN|Infinity", "1.0"));

        OddValues.tryAll(file, Set.of(), () -> TrainerStateFile.read(folder));
    }

    @Test
    void saysWhatItMustBe() throws IOException {
        Path file = folder.resolve(TrainerStateFile.NAME);
        Files.writeString(
                file, state().text().replace("\"whole_epochs\": 1", "\"whole_epochs\": []"));

        assertThatThrownBy(() -> TrainerStateFile.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "%s is not the state of a training: whole_epochs is []; it must be a whole number from 0 to 2^31 - 1. Delete %s to resume from the checkpoint before it."
                                .formatted(file, folder));
    }
}
