package io.github.peft4j.tuner.delora;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;

class DeloraTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return DeloraConfig.builder().optR(2).optTargetModules("up", "down").build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of(
                "base_model.model.up.delora_A",
                "base_model.model.up.delora_B",
                "base_model.model.up.delora_lambda",
                "base_model.model.up.delora_w_norm",
                "base_model.model.down.delora_A",
                "base_model.model.down.delora_B",
                "base_model.model.down.delora_lambda",
                "base_model.model.down.delora_w_norm");
    }
}
