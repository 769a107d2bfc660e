package io.github.peft4j.task;

import com.google.auto.service.AutoService;
import com.google.common.collect.Sets;
import io.github.peft4j.PeftModel;
import io.github.peft4j.TaskModelProvider;
import io.github.peft4j.adapter.BaseModel;
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
    public PeftModel wrap(TaskType task, BaseModel base) {
        return switch (task) {
            case SEQ_CLS -> new PeftModelForSequenceClassification(base);
            case TOKEN_CLS -> new PeftModelForTokenClassification(base);
            case QUESTION_ANS -> new PeftModelForQuestionAnswering(base);
            case CAUSAL_LM -> new PeftModelForCausalLM(base);
            case SEQ_2_SEQ_LM -> new PeftModelForSeq2SeqLM(base);
            case FEATURE_EXTRACTION -> new PeftModelForFeatureExtraction(base);
        };
    }
}
