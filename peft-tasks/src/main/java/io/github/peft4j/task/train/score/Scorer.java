package io.github.peft4j.task.train.score;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.model.ModelOutput;
import java.util.List;
import java.util.Map;

/**
 * Figures of a whole validation set, as Hugging Face's {@code compute_metrics}.
 *
 * <p>A trainer calls it at the end of each evaluation, in the training's thread with gradients off
 * and dropout inactive. Its figures stand next to {@code loss} in the evaluation, as {@code eval_}
 * and their name in the history; {@code metric_for_best_model} may name one, with the prefix or
 * without. What a scorer throws ends the training.
 */
@FunctionalInterface
public interface Scorer {

    /**
     * The figures by name, without {@code eval_} in front.
     *
     * @param predictions what the model answered to each example, and the labels
     */
    Map<String, Double> score(Predictions predictions);

    /**
     * Fields of the model's output that it reads, {@code logits} unless it says otherwise. Each is
     * kept for all examples: four bytes a number, for a language model tokens times vocabulary. A
     * scorer that asks the model itself returns none.
     */
    default List<String> fields() {
        return ImmutableList.of(ModelOutput.LOGITS);
    }

    /**
     * Names of its figures where they are known beforehand; empty where they are not. A {@code
     * metric_for_best_model} that is no figure is then found before the first step, and not by the
     * first evaluation.
     */
    default List<String> names() {
        return ImmutableList.of();
    }
}
