package io.github.peft4j.task.train.report;

import com.google.common.collect.ImmutableMap;
import java.util.Map;

/**
 * A line of the training's history, as in Hugging Face's {@code log_history}.
 *
 * @param step steps made before it
 * @param epoch passes over the examples before it
 * @param figures {@code loss} (mean since the line before), {@code grad_norm}, {@code
 *     learning_rate}; or of an evaluation {@code eval_loss} and {@code eval_} with each metric
 */
public record LogEntry(long step, double epoch, Map<String, Double> figures) {

    /** Copies the figures. */
    public LogEntry {
        figures = ImmutableMap.copyOf(figures);
    }
}
