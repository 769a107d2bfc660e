package io.github.peft4j.task.train.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvLogTest {

    @TempDir private Path directory;
    private Path file;

    @BeforeEach
    void place() {
        file = directory.resolve("logs").resolve("history.csv");
    }

    @AfterEach
    void clear() {
        Thread.interrupted();
    }

    @Test
    void writesARowForEachFigure() throws IOException {
        CsvLog log = new CsvLog(file);
        log.onStart(Steps.start(0, 10));
        log.onLog(Steps.entry(2, 0.5, "loss", 1.25));
        Thread.currentThread().interrupt();
        log.onLog(Steps.entry(4, 1, "eval_f1_\"a\", b", Double.NaN));

        assertThat(Files.readString(file))
                .isEqualTo(
                        String.join(
                                "\r\n",
                                "step,epoch,name,value",
                                "2,0.5,loss,1.25",
                                "4,1.0,\"eval_f1_\"\"a\"\", b\",NaN",
                                ""));
    }

    /** The evaluation at the checkpoint's step came after the checkpoint, and comes again. */
    @Test
    void hasNoRowTwiceWhereATrainingResumes() throws IOException {
        CsvLog first = new CsvLog(file);
        first.onStart(Steps.start(0, 10));
        first.onLog(Steps.entry(2, 0.5, "loss", 1.25));
        first.onLog(Steps.entry(4, 1, "loss", 1));
        first.onLog(Steps.entry(4, 1, "eval_loss", 2));
        first.onLog(Steps.entry(6, 1.5, "loss", 0.75));
        CsvLog second = new CsvLog(file);
        second.onStart(
                Steps.start(
                        4, 10, Steps.entry(2, 0.5, "loss", 1.25), Steps.entry(4, 1, "loss", 1)));
        second.onLog(Steps.entry(4, 1, "eval_loss", 2));

        assertThat(Files.readAllLines(file))
                .containsExactly(
                        "step,epoch,name,value",
                        "2,0.5,loss,1.25",
                        "4,1.0,loss,1.0",
                        "4,1.0,eval_loss,2.0");
    }

    @Test
    void replacesTheLogOfAnEarlierTrainingAndNothingElse() throws IOException {
        CsvLog log = new CsvLog(file);
        log.onStart(Steps.start(0, 10));
        log.onLog(Steps.entry(2, 0.5, "loss", 1.25));
        log.onStart(Steps.start(0, 10));
        assertThat(Files.readAllLines(file)).containsExactly("step,epoch,name,value");

        Files.write(file, new byte[] {(byte) 0xff, 'a', '\n'});
        assertThatIllegalArgumentException()
                .isThrownBy(() -> log.onStart(Steps.start(0, 10)))
                .withMessage(
                        file
                                + " is not the log of a training: it does not begin with"
                                + " 'step,epoch,name,value'. Name another file for the log, or"
                                + " move this one away.");
        assertThat(file).hasBinaryContent(new byte[] {(byte) 0xff, 'a', '\n'});
    }
}
