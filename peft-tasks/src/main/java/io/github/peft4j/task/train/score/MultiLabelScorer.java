package io.github.peft4j.task.train.score;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.task.metric.F1;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Figures of texts with any number of classes each: {@code accuracy}, the share of texts all of
 * whose classes are right, {@code f1_macro}, {@code f1_micro}, and {@code f1_} with the name of
 * each class. A class is predicted where its logit is over 0, that is where its probability is over
 * one half; labels are 0 or 1 for each class.
 */
public final class MultiLabelScorer implements Scorer {

    private static final float HALF = 0.5f;

    private final ImmutableList<String> classes;

    /** For classes with these names, in the order of their numbers. */
    public MultiLabelScorer(List<String> classes) {
        this.classes = Names.require(classes);
    }

    @Override
    public List<String> names() {
        return ImmutableList.<String>builder()
                .add("accuracy", "f1_macro", "f1_micro")
                .addAll(classes.stream().map(name -> "f1_" + name).toList())
                .build();
    }

    @Override
    public Map<String, Double> score(Predictions predictions) {
        F1 macro = F1.macro(classes.size());
        F1 micro = F1.micro(classes.size());
        int right = 0;
        float[][] logits = predictions.logits();
        for (int i = 0; i < logits.length; i++) {
            boolean[] guess = over(logits[i], 0);
            boolean[] label = over(predictions.targets(i), HALF);
            macro.update(guess, label);
            micro.update(guess, label);
            right += Arrays.equals(guess, label) ? 1 : 0;
        }
        ImmutableMap.Builder<String, Double> figures = ImmutableMap.builder();
        figures.put("accuracy", (double) right / logits.length);
        figures.put("f1_macro", macro.value());
        figures.put("f1_micro", micro.value());
        for (int i = 0; i < classes.size(); i++) {
            figures.put("f1_" + classes.get(i), macro.ofClass(i));
        }
        return figures.buildOrThrow();
    }

    private static boolean[] over(float[] numbers, float bound) {
        boolean[] over = new boolean[numbers.length];
        for (int i = 0; i < over.length; i++) {
            over[i] = numbers[i] > bound;
        }
        return over;
    }
}
