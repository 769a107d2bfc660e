package io.github.peft4j.task.train.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EventRecordsTest {

    /** The file is of docs/contributing/check_tensorboard.py. */
    @Test
    void areTheBytesThatTensorBoardWrites() throws IOException {
        byte[] expected;
        try (InputStream in =
                EventRecordsTest.class.getResourceAsStream("/watch/scalars.tfevents")) {
            expected = Objects.requireNonNull(in).readAllBytes();
        }

        assertThat(
                        Bytes.concat(
                                EventRecords.version(1700000000.25),
                                EventRecords.purge(1700000000.5, 3),
                                EventRecords.purge(1700000000.5, 0),
                                EventRecords.scalar(1700000001.0, 300, "train/loss", 0.75f),
                                EventRecords.scalar(1700000001.0, 0, "eval/f1_Zürich", -1e-20f),
                                EventRecords.scalar(
                                        1700000001.0, 1L << 40, "x".repeat(200), Float.NaN)))
                .isEqualTo(expected);
    }
}
