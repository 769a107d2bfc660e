package io.github.peft4j.tuner.trainabletokens;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;

class TrainableTokensTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return TrainableTokensConfig.builder()
                .optTargetModules("table")
                .optTokenIndices(3, 9)
                .build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of("base_model.model.table.trainable_tokens_delta");
    }

    @Override
    protected boolean fitsStockLayers() {
        return false; // the stock base has no embedding
    }

    @Override
    protected boolean takesTurns() {
        return true; // both have the same tokens
    }
}
