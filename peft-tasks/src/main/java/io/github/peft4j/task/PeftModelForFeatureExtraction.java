package io.github.peft4j.task;

import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.BaseModel;

/**
 * Hidden states with adapters: embeddings of texts, for search and comparison. Nothing is saved but
 * the adapter.
 */
public final class PeftModelForFeatureExtraction extends PeftModel {

    PeftModelForFeatureExtraction(BaseModel base) {
        super(base);
    }
}
