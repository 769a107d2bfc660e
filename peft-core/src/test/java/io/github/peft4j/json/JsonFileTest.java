package io.github.peft4j.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON files have a limit on size, depth and the length of their numbers. */
class JsonFileTest {

    @TempDir private Path folder;
    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("adapter_config.json");
    }

    @Test
    void readsWhatIsSmall() throws IOException {
        Files.writeString(file, "{\"r\": 8}");

        assertThat(JsonFile.object(file, "Mend it.")).containsEntry("r", 8L);
    }

    @Test
    void refusesAFileOfAnySizeByALookAtItsBeginning() throws IOException {
        for (long size : new long[] {JsonFile.LONGEST + 1L, 1L << 40}) {
            try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
                sparse.setLength(size);
            }
            assertThatThrownBy(() -> JsonFile.object(file, "Mend it."))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file + " has more than 32 MiB")
                    .hasMessageContaining("at most that size");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 1000, 1_000_000})
    void refusesWhatNestsTooDeeply(int depth) throws IOException {
        for (String open : new String[] {"[", "{\"a\":"}) {
            Files.writeString(file, "{\"a\":" + open.repeat(depth));

            assertThatThrownBy(() -> JsonFile.object(file, "Mend it."))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file + " is no valid JSON object: ")
                    .hasMessageContaining("Nesting limit 127 reached")
                    .hasMessageNotContaining("github.com");
        }
    }

    @Test
    void readsDeepEnough() throws IOException {
        Files.writeString(file, "{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}");

        assertThat(JsonFile.object(file, "Mend it.")).containsOnlyKeys("a");
    }

    @Test
    void refusesNumbersThatTakeLongToRead() throws IOException {
        Files.writeString(file, "{\"r\": " + "9".repeat(20_000_000) + "}");

        assertThatThrownBy(() -> JsonFile.object(file, "Mend it."))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + " is no valid JSON object: ")
                // The folder of a test has digits in its name, three nines among them at times.
                .hasMessageNotContaining("9".repeat(30));
    }
}
