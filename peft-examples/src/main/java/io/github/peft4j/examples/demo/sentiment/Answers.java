package io.github.peft4j.examples.demo.sentiment;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.data.text.Label;
import io.github.peft4j.task.data.text.LabeledText;
import io.github.peft4j.task.metric.Accuracy;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** What a classifier says of some texts, and the right class of each. */
public final class Answers {

    private final float[][] logits;
    private final ImmutableList<Integer> truth;

    private Answers(float[][] logits, ImmutableList<Integer> truth) {
        this.logits = logits;
        this.truth = truth;
    }

    /**
     * The answers to labelled texts.
     *
     * @param logits a row a text, in the texts' order
     */
    public static Answers of(float[][] logits, List<LabeledText> texts) {
        return new Answers(
                logits,
                texts.stream()
                        .map(text -> ((Label.ClassIndex) text.label()).index())
                        .collect(ImmutableList.toImmutableList()));
    }

    /** Number of texts. */
    public int size() {
        return truth.size();
    }

    /** The right class of a text. */
    public int truth(int text) {
        return truth.get(text);
    }

    /** What is said of a text, such as {@code positive 98%}. */
    public String verdict(List<String> labels, int text) {
        return verdict(labels, logits[text]);
    }

    /** Accuracy of always naming the most frequent class. */
    public double majority() {
        long most =
                truth.stream()
                        .distinct()
                        .mapToLong(label -> Collections.frequency(truth, label))
                        .max()
                        .orElse(0);
        return (double) most / truth.size();
    }

    public double accuracy() {
        Accuracy accuracy = new Accuracy();
        for (int i = 0; i < logits.length; i++) {
            accuracy.update(predicted(i), truth.get(i));
        }
        return accuracy.value();
    }

    int predicted(int text) {
        return best(logits[text]);
    }

    public boolean right(int text) {
        return predicted(text) == truth.get(text);
    }

    /** Whether every logit has the same bits. */
    public boolean sameBits(Answers other) {
        return Arrays.deepEquals(logits, other.logits);
    }

    /** The class of the highest logit. */
    public static int best(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }

    /** That class and how sure the classifier is of it, such as {@code positive 98%}. */
    public static String verdict(List<String> labels, float[] logits) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - logits[best(logits)]);
        }
        return String.format(Locale.ROOT, "%s %.0f%%", labels.get(best(logits)), 100 / sum);
    }
}
