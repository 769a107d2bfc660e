package io.github.peft4j.tuner.boft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.config.BiasOption;
import io.github.peft4j.config.PeftConfig;
import org.junit.jupiter.api.Test;

class BOFTConfigTest {

    @Test
    void hasPeftsDefaults() {
        BOFTConfig config = BOFTConfig.builder().build();

        assertThat(config.blocks()).isEqualTo(new BOFTBlocks(4, 0));
        assertThat(config.boftNButterflyFactor()).isEqualTo(1);
        assertThat(config.boftDropout()).isEqualTo(0.0);
        assertThat(config.initWeights()).isTrue();
    }

    @Test
    void comesBackFromItsJson() {
        BOFTConfig config =
                BOFTConfig.builder()
                        .optBoftBlockSize(0)
                        .optBoftBlockNum(3)
                        .optBoftNButterflyFactor(2)
                        .optBoftDropout(0.25)
                        .optFanInFanOut(true)
                        .optBias(BiasOption.adaptedLayers(BOFTConfig.TYPE))
                        .optInitWeights(false)
                        .optTargetModules("query")
                        .build();

        assertThat(PeftConfig.fromJson(config.toJson())).isEqualTo(config);
        assertThat(config.toMap()).containsEntry("bias", "boft_only");
    }

    @Test
    void refusesBothWaysToCutAtOnceAndNone() {
        assertThatThrownBy(() -> new BOFTBlocks(4, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("boft_block_size is 4 and boft_block_num is 4");
        assertThatThrownBy(() -> new BOFTBlocks(0, 0))
                .hasMessageContaining("boft_block_size and boft_block_num are both 0");
        assertThatThrownBy(() -> new BOFTBlocks(-1, 0)).hasMessageContaining("negative");
    }

    @Test
    void refusesBlocksThatDoNotDivideTheInput() {
        assertThat(new BOFTBlocks(4, 0).count("layer", 32)).isEqualTo(8);
        assertThat(new BOFTBlocks(0, 4).count("layer", 32)).isEqualTo(4);
        assertThatThrownBy(() -> new BOFTBlocks(5, 0).count("layer", 32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "in_features of layer are 32; they must be divisible by boft_block_size"
                                + " (5). Choose a divisor.");
    }

    @Test
    void refusesADropoutThatIsNoShare() {
        assertThatThrownBy(BOFTConfig.builder().optBoftDropout(1.5)::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("boft_dropout is 1.5");
    }
}
