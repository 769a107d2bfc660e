package io.github.peft4j.task;

import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.BaseModel;

/**
 * A text classifier with adapters. The head ({@code classifier} or {@code score}) stays out of the
 * adapted layers, is trained whole and saved with the adapter.
 */
public final class PeftModelForSequenceClassification extends PeftModel {

    PeftModelForSequenceClassification(BaseModel base) {
        super(base);
    }
}
