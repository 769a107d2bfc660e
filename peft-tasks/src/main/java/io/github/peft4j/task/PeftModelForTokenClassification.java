package io.github.peft4j.task;

import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.BaseModel;

/**
 * A classifier of tokens with adapters. The head ({@code classifier} or {@code score}) stays out of
 * the adapted layers, is trained whole and saved with the adapter.
 */
public final class PeftModelForTokenClassification extends PeftModel {

    PeftModelForTokenClassification(BaseModel base) {
        super(base);
    }
}
