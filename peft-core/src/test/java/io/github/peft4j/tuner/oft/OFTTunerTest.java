package io.github.peft4j.tuner.oft;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.TunerContract;

class OFTTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return OFTConfig.builder()
                .optOftBlockSize(2)
                .optTargetModules("table", "up", "down")
                .build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of(
                "base_model.model.table.oft_embedding_R.weight",
                "base_model.model.up.oft_R.weight",
                "base_model.model.down.oft_R.weight");
    }

    /** PEFT merges in the order of names, which is the other way round. */
    @Override
    protected boolean mergesPairsExactly() {
        return false;
    }
}
