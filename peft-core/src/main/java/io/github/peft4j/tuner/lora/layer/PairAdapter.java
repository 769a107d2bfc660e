package io.github.peft4j.tuner.lora.layer;

import io.github.peft4j.adapter.WeightAdapter;

/** LoRA without a variant: its change of the weight is its pair's product and nothing else. */
public interface PairAdapter extends WeightAdapter {

    /** Its tensors. */
    LoraPair pair();
}
