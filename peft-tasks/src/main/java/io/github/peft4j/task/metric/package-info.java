/**
 * Figures of merit, counted batch by batch: {@link io.github.peft4j.task.metric.Accuracy}, {@link
 * io.github.peft4j.task.metric.F1} and the {@link io.github.peft4j.task.metric.ConfusionMatrix}.
 *
 * <p>Where a figure is 0 / 0 it is 0, as in scikit-learn with {@code zero_division=0}.
 */
@NullMarked
package io.github.peft4j.task.metric;

import org.jspecify.annotations.NullMarked;
