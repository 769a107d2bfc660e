package io.github.peft4j.task;

import com.google.auto.service.AutoService;
import io.github.peft4j.PeftModel;
import io.github.peft4j.TaskModelProvider;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.BaseModel;

/**
 * A classifier of tokens with adapters. The head ({@code classifier} or {@code score}) stays out of
 * the adapted layers, is trained whole and saved with the adapter.
 */
public final class PeftModelForTokenClassification extends PeftModel {

    private PeftModelForTokenClassification(BaseModel base, PeftConfig config, String name) {
        super(base, config, name);
    }

    /** Makes the wrapper; found by {@code ServiceLoader}. */
    @AutoService(TaskModelProvider.class)
    public static final class Provider implements TaskModelProvider {

        /** For {@code ServiceLoader}. */
        public Provider() {}

        @Override
        public TaskType taskType() {
            return TaskType.TOKEN_CLS;
        }

        @Override
        public PeftModel wrap(BaseModel base, PeftConfig config, String adapterName) {
            return new PeftModelForTokenClassification(base, config, adapterName);
        }
    }
}
