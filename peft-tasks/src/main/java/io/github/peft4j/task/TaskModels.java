package io.github.peft4j.task;

import com.google.auto.service.AutoService;
import com.google.common.collect.Sets;
import io.github.peft4j.PeftModel;
import io.github.peft4j.TaskModelProvider;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import java.util.EnumSet;
import java.util.Set;

/** One wrapper class for each task; found by {@code ServiceLoader}. */
@AutoService(TaskModelProvider.class)
public final class TaskModels implements TaskModelProvider {

    /** For {@code ServiceLoader}. */
    public TaskModels() {}

    @Override
    public Set<TaskType> taskTypes() {
        return Sets.immutableEnumSet(EnumSet.allOf(TaskType.class));
    }

    @Override
    public PeftModel wrap(TaskType task, BaseModel base, PeftConfig config, String adapterName) {
        return switch (task) {
            case SEQ_CLS -> new PeftModelForSequenceClassification(base, config, adapterName);
            case TOKEN_CLS -> new PeftModelForTokenClassification(base, config, adapterName);
            case QUESTION_ANS -> new PeftModelForQuestionAnswering(base, config, adapterName);
            case CAUSAL_LM -> new PeftModelForCausalLM(base, config, adapterName);
            case SEQ_2_SEQ_LM -> new PeftModelForSeq2SeqLM(base, config, adapterName);
            case FEATURE_EXTRACTION -> new PeftModelForFeatureExtraction(base, config, adapterName);
        };
    }
}
