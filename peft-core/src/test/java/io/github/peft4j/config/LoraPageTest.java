package io.github.peft4j.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.config.option.Option;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page says of every option since which PEFT there is one, and whether it runs. */
class LoraPageTest {

    private static final Path PAGE =
            Golden.path("").resolve("../../../../../docs/methods/lora.md").normalize();

    @Test
    void knowsEveryOption() throws IOException {
        List<String> rows =
                Files.readAllLines(PAGE).stream()
                        .dropWhile(line -> !line.startsWith("<!-- since"))
                        .takeWhile(line -> !line.startsWith("<!-- end of since"))
                        .filter(line -> line.startsWith("| `"))
                        .toList();

        for (Option<?> option : LoraConfig.builder().build().type().options()) {
            if (CommonOptions.ALL.contains(option)) {
                continue;
            }
            List<String> mine =
                    rows.stream().filter(row -> row.contains("`" + option.key() + "`")).toList();
            assertThat(mine).as("rows of %s", option.key()).hasSize(1);
            assertThat(mine.get(0).split("\\|")).hasSize(4);
            if (!option.runs()) {
                assertThat(mine.get(0)).contains("not run");
            }
        }
    }
}
