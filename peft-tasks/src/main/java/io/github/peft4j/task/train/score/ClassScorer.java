package io.github.peft4j.task.train.score;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.metric.Accuracy;
import io.github.peft4j.task.metric.F1;
import io.github.peft4j.task.metric.Matthews;
import java.util.List;
import java.util.Map;

/**
 * Figures of texts with one class each: {@code accuracy}, {@code f1_macro}, {@code f1_micro},
 * {@code matthews_correlation}, and {@code f1_} with the name of each class. The class of the
 * greatest logit is the prediction; examples with label -100 are left out.
 */
public final class ClassScorer implements Scorer {

    private final ImmutableList<String> classes;

    /** For classes with these names, in the order of their numbers. */
    public ClassScorer(List<String> classes) {
        this.classes = Names.require(classes);
    }

    @Override
    public List<String> names() {
        return ImmutableList.<String>builder()
                .add("accuracy", "f1_macro", "f1_micro", "matthews_correlation")
                .addAll(classes.stream().map(name -> "f1_" + name).toList())
                .build();
    }

    @Override
    public Map<String, Double> score(Predictions predictions) {
        Accuracy accuracy = new Accuracy();
        F1 macro = F1.macro(classes.size());
        F1 micro = F1.micro(classes.size());
        Matthews matthews = new Matthews(classes.size());
        float[][] logits = predictions.logits();
        for (int i = 0; i < logits.length; i++) {
            int[] guesses = Predictions.best(logits[i], classes.size());
            long[] labels = predictions.labels(i);
            if (guesses.length != 1 || labels.length != 1) {
                throw new IllegalArgumentException(
                        "Example %d has %d predictions and %d labels, not one of each. Use EntityScorer for tokens, and give the names of all classes."
                                .formatted(i, guesses.length, labels.length));
            }
            if (labels[0] != TokenDataset.IGNORED) {
                int label = Math.toIntExact(labels[0]);
                accuracy.update(guesses[0], label);
                macro.update(guesses[0], label);
                micro.update(guesses[0], label);
                matthews.update(guesses[0], label);
            }
        }
        ImmutableMap.Builder<String, Double> figures = ImmutableMap.builder();
        figures.put("accuracy", accuracy.value());
        figures.put("f1_macro", macro.value());
        figures.put("f1_micro", micro.value());
        figures.put("matthews_correlation", matthews.value());
        for (int i = 0; i < classes.size(); i++) {
            figures.put("f1_" + classes.get(i), macro.ofClass(i));
        }
        return figures.buildOrThrow();
    }
}
