package io.github.peft4j.tuner.lora.attach;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.List;
import java.util.Map;

/** LoRA that trains rows of a table along. */
class LoraWithTokensTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return LoraConfig.builder()
                .optR(2)
                .optLoraAlpha(3)
                .optTargetModules("up", "down")
                .optTrainableTokenIndices(Map.of("table", List.of(3, 9)))
                .build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of(
                "base_model.model.table.token_adapter.trainable_tokens_delta",
                "base_model.model.up.lora_A.weight",
                "base_model.model.up.lora_B.weight",
                "base_model.model.down.lora_A.weight",
                "base_model.model.down.lora_B.weight");
    }

    @Override
    protected boolean fitsStockLayers() {
        return false; // the stock base has no table
    }

    @Override
    protected boolean takesTurns() {
        return true; // both have the same tokens
    }
}
