package io.github.peft4j;

import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.config.TaskType;
import java.util.Set;

/** Makes the wrapper classes of tasks; found by {@code ServiceLoader}. */
public interface TaskModelProvider {

    /** The tasks that have a wrapper here. */
    Set<TaskType> taskTypes();

    /** The wrapper of one of these tasks, without an adapter yet. */
    PeftModel wrap(TaskType task, BaseModel base);
}
