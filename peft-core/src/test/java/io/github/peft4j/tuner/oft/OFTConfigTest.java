package io.github.peft4j.tuner.oft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.config.BiasOption;
import io.github.peft4j.config.LoadedConfig;
import io.github.peft4j.config.PeftConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OFTConfigTest {

    @Test
    void hasPeftsDefaults() {
        OFTConfig config = OFTConfig.builder().build();

        assertThat(config.blocks()).isEqualTo(new OFTBlocks(0, 32));
        assertThat(config.rotation())
                .isEqualTo(new OFTRotationOptions(false, 6e-5, false, true, 5));
        assertThat(config.moduleDropout()).isEqualTo(0.0);
        assertThat(config.initWeights()).isTrue();
    }

    @Test
    void comesBackFromItsJson() {
        OFTConfig config =
                OFTConfig.builder()
                        .optR(4)
                        .optOftBlockSize(0)
                        .optCoft(true)
                        .optEps(0.05)
                        .optBlockShare(true)
                        .optUseCayleyNeumann(false)
                        .optNumCayleyNeumannTerms(3)
                        .optModuleDropout(0.5)
                        .optFanInFanOut(true)
                        .optBias(BiasOption.ALL)
                        .optInitWeights(false)
                        .optTargetModulesRegex(".*query")
                        .optLayersToTransform(1)
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
    }

    @Test
    void refusesBothWaysToCutAtOnceAndNone() {
        assertThatThrownBy(() -> new OFTBlocks(4, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("r is 4 and oft_block_size is 8");
        assertThatThrownBy(() -> new OFTBlocks(0, 0))
                .hasMessageContaining("r and oft_block_size are both 0");
        assertThatThrownBy(() -> new OFTBlocks(0, -2)).hasMessageContaining("negative");
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
