package io.github.peft4j.tuner.miss;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.testkit.TunerContract;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MissTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return MissConfig.builder().optR(4).optTargetModules("up", "down").build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of(
                "base_model.model.up.miss_block", "base_model.model.down.miss_block");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "7; 1; TRUE; r is 7, but at up it must be at most in_features = 6",
                "2; 3; MINI; mini_r is 3, but at up it must be a divisor of out_features = 8",
                "4; 1; BAT; r is 4, but at up it must be a divisor of the weight's [8, 6]"
            })
    void refusesBlocksThatDoNotFitTheLayer(int r, int miniR, InitMissWeights init, String text) {
        MissConfig.Builder config = MissConfig.builder().optR(r).optMiniR(miniR);
        PeftConfig up = config.optInitWeights(init).optTargetModules("up").build();
        try (ToyModel toy = ToyModel.ours()) {
            assertThatThrownBy(() -> PeftModels.getPeftModel(toy.base().block(), up))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(text);
        }
    }
}
