package io.github.peft4j.task.train.config;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.json.JsonType;

/** What a trainer does before its first step to learn whether the training fits the machine. */
public enum PlanCheck {
    /** Nothing: {@code off}. */
    OFF,
    /** Plans, and warns if memory is too small: {@code warn}. */
    WARN,
    /** Plans, and refuses to start if memory is too small: {@code refuse}. */
    REFUSE;

    static final JsonType<PlanCheck> JSON =
            JsonType.choice(ImmutableMap.of(OFF, "off", WARN, "warn", REFUSE, "refuse"));
}
