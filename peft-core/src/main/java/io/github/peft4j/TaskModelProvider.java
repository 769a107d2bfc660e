package io.github.peft4j;

import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.BaseModel;

/** Makes the wrapper class of a task; found by {@code ServiceLoader}. */
public interface TaskModelProvider {

    /** The task. */
    TaskType taskType();

    /** The wrapper with a first adapter. */
    PeftModel wrap(BaseModel base, PeftConfig config, String adapterName);
}
