/**
 * Figures of merit, counted batch by batch.
 *
 * <ul>
 *   <li>classes: {@link io.github.peft4j.task.metric.Accuracy}, {@link
 *       io.github.peft4j.task.metric.F1}, {@link io.github.peft4j.task.metric.ConfusionMatrix};
 *       where one is 0 / 0 it is 0, as in scikit-learn with {@code zero_division=0}
 *   <li>numbers: {@link io.github.peft4j.task.metric.Pearson}, {@link
 *       io.github.peft4j.task.metric.Spearman}, {@link
 *       io.github.peft4j.task.metric.MeanSquaredError}
 *   <li>tagged words: {@link io.github.peft4j.task.metric.text.EntityScores}
 *   <li>answers and other texts: {@link io.github.peft4j.task.metric.text.AnswerScores}, {@link
 *       io.github.peft4j.task.metric.text.RougeL}, {@link
 *       io.github.peft4j.task.metric.text.Perplexity}
 *   <li>embeddings: {@link io.github.peft4j.task.metric.RetrievalScores}
 * </ul>
 */
@NullMarked
package io.github.peft4j.task.metric;

import org.jspecify.annotations.NullMarked;
