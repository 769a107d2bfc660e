package io.github.peft4j.task.train.score;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Ints;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.metric.text.EntityScores;
import io.github.peft4j.task.metric.text.PrecisionRecall;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Figures of tagged tokens: {@code precision}, {@code recall} and {@code f1} of whole entities as
 * seqeval computes them, {@code accuracy} of single tags, and {@code f1_} with each type that the
 * tags name. Tokens with label -100 are left out, so a word of several tokens counts once where
 * only its first has a label.
 *
 * @see EntityScores
 */
public final class EntityScorer implements Scorer {

    private final ImmutableList<String> tags;

    /**
     * For tags with these names, in the order of their numbers, such as {@code O, B-PER, I-PER}.
     */
    public EntityScorer(List<String> tags) {
        this.tags = Names.require(tags);
    }

    @Override
    public List<String> names() {
        return ImmutableList.<String>builder()
                .add("precision", "recall", "f1", "accuracy")
                .addAll(
                        tags.stream()
                                .filter(tag -> tag.length() > 2)
                                .map(tag -> "f1_" + tag.substring(2))
                                .distinct()
                                .toList())
                .build();
    }

    @Override
    public Map<String, Double> score(Predictions predictions) {
        EntityScores scores = new EntityScores();
        long right = 0;
        long all = 0;
        float[][] logits = predictions.logits();
        for (int i = 0; i < logits.length; i++) {
            int[] guesses = Predictions.best(logits[i], tags.size());
            int[] labels =
                    Ints.toArray(
                            Arrays.stream(predictions.labels(i))
                                    .mapToObj(Math::toIntExact)
                                    .toList());
            scores.update(guesses, labels, tags);
            for (int j = 0; j < labels.length; j++) {
                all += labels[j] == TokenDataset.IGNORED ? 0 : 1;
                right += labels[j] == guesses[j] ? 1 : 0;
            }
        }
        PrecisionRecall micro = scores.micro();
        ImmutableMap.Builder<String, Double> figures = ImmutableMap.builder();
        figures.put("precision", micro.precision());
        figures.put("recall", micro.recall());
        figures.put("f1", micro.f1());
        figures.put("accuracy", all == 0 ? 0 : (double) right / all);
        for (String name : names().subList(4, names().size())) {
            figures.put(name, scores.ofType(name.substring(3)).f1());
        }
        return figures.buildOrThrow();
    }
}
