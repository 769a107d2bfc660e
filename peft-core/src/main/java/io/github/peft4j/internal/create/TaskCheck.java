package io.github.peft4j.internal.create;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInfo;
import java.util.Map;

/** Refuses configs for another task than the base has a head for. */
public final class TaskCheck {

    private static final ImmutableMap<String, TaskType> HEADS =
            ImmutableMap.of(
                    "ForSequenceClassification", TaskType.SEQ_CLS,
                    "ForTokenClassification", TaskType.TOKEN_CLS,
                    "ForQuestionAnswering", TaskType.QUESTION_ANS,
                    "ForCausalLM", TaskType.CAUSAL_LM,
                    "LMHeadModel", TaskType.CAUSAL_LM,
                    "ForConditionalGeneration", TaskType.SEQ_2_SEQ_LM);

    private TaskCheck() {}

    /**
     * Compares them; hidden states are there under each head.
     *
     * @throws IllegalArgumentException if they contradict each other
     */
    public static void require(PeftConfig config, ModelInfo info) {
        TaskType task = config.taskType().orElse(TaskType.FEATURE_EXTRACTION);
        if (task == TaskType.FEATURE_EXTRACTION || info.modelType() == null) {
            return;
        }
        for (Map.Entry<String, TaskType> head : HEADS.entrySet()) {
            if (info.className().endsWith(head.getKey()) && head.getValue() != task) {
                throw new IllegalArgumentException(
                        "task_type is %s, but the base is a %s, whose task is %s. Load the base with Transformers.load(directory, TaskType.%s), or correct task_type."
                                .formatted(task, info.className(), head.getValue(), task));
            }
        }
    }
}
