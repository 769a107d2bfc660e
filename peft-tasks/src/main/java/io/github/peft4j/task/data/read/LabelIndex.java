package io.github.peft4j.task.data.read;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Ordering;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Numbers labels: in a given order, or in the order of their first appearance. */
public final class LabelIndex {

    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private final boolean closed;

    /**
     * Starts with labels in the order of their numbers.
     *
     * @param given all labels there are; if empty, each new one gets the next number
     * @throws IllegalArgumentException if a label is given twice
     */
    public LabelIndex(List<String> given) {
        for (String label : given) {
            if (numbers.put(label, numbers.size()) != null) {
                throw new IllegalArgumentException(
                        "labels %s name a class twice. Name each class once.".formatted(given));
            }
        }
        closed = !given.isEmpty();
    }

    /**
     * The number of a label.
     *
     * @throws IllegalArgumentException if it is not among the given ones
     */
    public int number(String label) {
        Integer number = numbers.get(label);
        if (number == null && closed) {
            throw new IllegalArgumentException(
                    ("label '%s' is none of %s. Correct it, add it to the labels (optLabels) or"
                                    + " leave it out.")
                            .formatted(label, Ordering.natural().sortedCopy(numbers.keySet())));
        }
        return numbers.computeIfAbsent(label, added -> numbers.size());
    }

    /** The labels in the order of their numbers. */
    public List<String> names() {
        return ImmutableList.copyOf(numbers.keySet());
    }
}
