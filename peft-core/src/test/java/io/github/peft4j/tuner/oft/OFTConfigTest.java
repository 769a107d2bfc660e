package io.github.peft4j.tuner.oft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.config.LoadedConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.ConfigRefusals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OFTConfigTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "r": 4, "oft_block_size": 8 | r is 4 and oft_block_size is 8
                    "oft_block_size": 0 | r and oft_block_size are both 0
                    "oft_block_size": -2 | neither can be negative
                    "coft": true, "eps": 0 | eps is 0; with coft it must be positive. Leave it at 6e-5, or switch coft off.
                    "target_modules": ["query"], "layers_pattern": "layer" | layers_pattern is "layer" but layers_to_transform is not set.
                    "bias": "lora_only" | bias is "lora_only" but must be one of "none", "all", "oft_only".
                    """)
    void refusesWhatBreaksARule(String options, String text) {
        ConfigRefusals.assertRefused("OFT", options, text);
    }

    @Test
    void takesTheNearestDivisorAndOfTwoTheSmaller() {
        assertThat(new OFTBlocks(0, 8).size(32)).isEqualTo(8);
        assertThat(new OFTBlocks(0, 7).size(32)).isEqualTo(8);
        assertThat(new OFTBlocks(0, 6).size(32)).as("4 and 8 are as near").isEqualTo(4);
        assertThat(new OFTBlocks(0, 64).size(32)).isEqualTo(32);
        assertThat(new OFTBlocks(5, 0).size(32)).isEqualTo(8);
        assertThat(new OFTBlocks(0, 8).adjustment(32)).isNull();
        assertThat(new OFTBlocks(5, 0).adjustment(32))
                .isEqualTo("r is 5, which does not divide 32; it is adjusted to 4");
    }

    @Test
    void refusesAFileOfBeforeBlocksHadASize(@TempDir Path folder) throws IOException {
        write(folder, "{\"peft_type\": \"OFT\", \"r\": 8}");

        assertThatThrownBy(() -> PeftConfig.fromPretrained(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("oft_block_size is missing")
                .hasMessageContaining("before PEFT 0.14.0");
        assertThat(PeftConfig.fromJson("{\"peft_type\": \"OFT\"}")).isInstanceOf(OFTConfig.class);
    }

    @Test
    void warnsOfAFileWhoseSeriesWasAnother(@TempDir Path folder) throws IOException {
        String start = "{\"peft_type\": \"OFT\", \"oft_block_size\": 8, \"use_cayley_neumann\": ";
        write(folder, start + "true, \"peft_version\": \"0.17.1\"}");
        LoadedConfig old = PeftConfig.load(folder);
        write(folder, start + "true}");
        LoadedConfig oldest = PeftConfig.load(folder);
        write(folder, start + "true, \"peft_version\": \"0.18.0\"}");
        LoadedConfig young = PeftConfig.load(folder);
        write(folder, start + "false, \"peft_version\": \"0.17.1\"}");
        LoadedConfig exact = PeftConfig.load(folder);

        assertThat(old.warnings()).singleElement().asString().contains("0.17.1", "use_cayley");
        assertThat(oldest.warnings()).hasSize(1);
        assertThat(young.warnings()).isEmpty();
        assertThat(exact.warnings()).isEmpty();
    }

    private static void write(Path folder, String json) throws IOException {
        Files.writeString(folder.resolve(PeftConfig.FILE_NAME), json);
    }
}
