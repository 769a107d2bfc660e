package io.github.peft4j.tuner.loha;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;

class LoHaTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return LoHaConfig.builder()
                .optTargetModules("up", "down")
                .optR(2)
                .optAlpha(3)
                .optRankPattern(ImmutableMap.of("down", 1))
                .build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of(
                "base_model.model.up.hada_w1_a",
                "base_model.model.up.hada_w1_b",
                "base_model.model.up.hada_w2_a",
                "base_model.model.up.hada_w2_b",
                "base_model.model.down.hada_w1_a",
                "base_model.model.down.hada_w1_b",
                "base_model.model.down.hada_w2_a",
                "base_model.model.down.hada_w2_b");
    }
}
