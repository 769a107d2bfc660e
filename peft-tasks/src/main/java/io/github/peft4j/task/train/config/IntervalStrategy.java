package io.github.peft4j.task.train.config;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.json.JsonType;

/** When something happens in a training, as Hugging Face's class of this name. */
public enum IntervalStrategy {
    /** Never: {@code no}. */
    NO,
    /** Each time so many steps are done: {@code steps}. */
    STEPS,
    /** After each epoch: {@code epoch}. */
    EPOCH;

    static final JsonType<IntervalStrategy> JSON =
            JsonType.choice(ImmutableMap.of(NO, "no", STEPS, "steps", EPOCH, "epoch"));

    /** What a number of steps asks for alone: 0 means after each epoch. */
    static IntervalStrategy of(int steps) {
        return steps == 0 ? EPOCH : STEPS;
    }
}
