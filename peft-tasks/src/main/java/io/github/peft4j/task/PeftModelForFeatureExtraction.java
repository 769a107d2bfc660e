package io.github.peft4j.task;

import com.google.auto.service.AutoService;
import io.github.peft4j.PeftModel;
import io.github.peft4j.TaskModelProvider;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.BaseModel;

/**
 * Hidden states with adapters: embeddings of texts, for search and comparison. Nothing is saved but
 * the adapter.
 */
public final class PeftModelForFeatureExtraction extends PeftModel {

    private PeftModelForFeatureExtraction(BaseModel base, PeftConfig config, String name) {
        super(base, config, name);
    }

    /** Makes the wrapper; found by {@code ServiceLoader}. */
    @AutoService(TaskModelProvider.class)
    public static final class Provider implements TaskModelProvider {

        /** For {@code ServiceLoader}. */
        public Provider() {}

        @Override
        public TaskType taskType() {
            return TaskType.FEATURE_EXTRACTION;
        }

        @Override
        public PeftModel wrap(BaseModel base, PeftConfig config, String adapterName) {
            return new PeftModelForFeatureExtraction(base, config, adapterName);
        }
    }
}
