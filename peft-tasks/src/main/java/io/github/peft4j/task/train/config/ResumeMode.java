package io.github.peft4j.task.train.config;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.json.JsonType;

/** Whether a training begins, or continues from the newest complete checkpoint in its folder. */
public enum ResumeMode {
    /** Begins, and refuses a folder with checkpoints: {@code never}. */
    NEVER,
    /** Continues, and refuses a folder without a checkpoint: {@code always}. */
    ALWAYS,
    /**
     * Continues if there is a checkpoint and begins otherwise: {@code if_present}. The same program
     * can be started again and again until the training is done. A checkpoint of another training
     * is refused.
     */
    IF_PRESENT;

    static final JsonType<ResumeMode> JSON =
            JsonType.choice(
                    ImmutableMap.of(NEVER, "never", ALWAYS, "always", IF_PRESENT, "if_present"));
}
