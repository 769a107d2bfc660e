package io.github.peft4j.task.train.report;

import com.google.common.collect.ImmutableMap;
import java.util.Map;

/**
 * What an evaluation during training found.
 *
 * @param step steps made before it
 * @param epoch passes over the examples before it
 * @param figures {@code loss} and each metric by its name
 * @param best whether no evaluation before it was as good
 */
public record Evaluation(long step, double epoch, Map<String, Double> figures, boolean best) {

    /** Copies the figures. */
    public Evaluation {
        figures = ImmutableMap.copyOf(figures);
    }
}
