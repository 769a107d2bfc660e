package io.github.peft4j.task.metric.text;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Multiset;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;

/**
 * Precision, recall and F1 of whole entities: one counts as found if its type, its first and its
 * last word are right.
 *
 * <p>{@link Entity#of} says what the entities of a row are. The numbers equal those of seqeval's
 * {@code classification_report}; where a figure is 0 / 0 it is 0.
 *
 * <p>Not safe for use by several threads at once.
 *
 * @see <a href="https://github.com/chakki-works/seqeval">seqeval</a>
 */
public final class EntityScores {

    private static final int IGNORED = -100;

    private final Multiset<String> right = HashMultiset.create();
    private final Multiset<String> found = HashMultiset.create();
    private final Multiset<String> wanted = HashMultiset.create();
    private long rows;

    /** Counts the entities of one row of words. */
    public void update(List<String> predicted, List<String> labels) {
        requireFit(predicted.size(), labels.size());
        ImmutableSet<Entity> guesses = ImmutableSet.copyOf(Entity.of(predicted));
        ImmutableSet<Entity> truths = ImmutableSet.copyOf(Entity.of(labels));
        guesses.forEach(entity -> found.add(entity.type()));
        truths.forEach(entity -> wanted.add(entity.type()));
        Sets.intersection(guesses, truths).forEach(entity -> right.add(entity.type()));
        rows++;
    }

    /**
     * Counts the entities of one row of tokens; those with label -100 are left out.
     *
     * @param names the tags in the order of their indices, e.g. {@code O}, {@code B-PER}
     */
    public void update(int[] predicted, int[] labels, List<String> names) {
        requireFit(predicted.length, labels.length);
        List<String> guesses = new ArrayList<>();
        List<String> truths = new ArrayList<>();
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] != IGNORED) {
                guesses.add(name("Prediction", predicted[i], names));
                truths.add(name("Label", labels[i], names));
            }
        }
        update(guesses, truths);
    }

    /** The types that occur, in the order of their names. */
    public SortedSet<String> types() {
        return ImmutableSortedSet.copyOf(Sets.union(found.elementSet(), wanted.elementSet()));
    }

    /** The figures of one type, 0 if it does not occur. */
    public PrecisionRecall ofType(String type) {
        requireRows();
        return PrecisionRecall.of(right.count(type), found.count(type), wanted.count(type));
    }

    /** Number of entities of a type that the labels have. */
    public int support(String type) {
        return wanted.count(type);
    }

    /** The figures of all entities together, whatever their type. */
    public PrecisionRecall micro() {
        requireRows();
        return PrecisionRecall.of(right.size(), found.size(), wanted.size());
    }

    /** The mean F1 of the types that occur; 0 if there are none. */
    public double macroF1() {
        requireRows();
        return types().stream().mapToDouble(type -> ofType(type).f1()).average().orElse(0);
    }

    private void requireRows() {
        if (rows == 0) {
            throw new IllegalStateException(
                    "The scores of 0 rows of tags have no value. Count one or more first.");
        }
    }

    private static void requireFit(int predicted, int labels) {
        if (predicted != labels) {
            throw new IllegalArgumentException(
                    "%d predictions do not fit %d labels. Give a tag of each for every word."
                            .formatted(predicted, labels));
        }
    }

    private static String name(String what, int index, List<String> names) {
        if (index < 0 || index >= names.size()) {
            throw new IllegalArgumentException(
                    "%s %d is none of the %d tags %s. Give the names of the model that predicts."
                            .formatted(what, index, names.size(), names));
        }
        return names.get(index);
    }
}
