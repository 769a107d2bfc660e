package io.github.peft4j.task.data.read;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Ordering;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * Numbers labels: in a given order or, where none is given, so that the rows' order does not count.
 *
 * <p>Whole numbers from 0 on are class numbers already; other whole numbers are sorted by their
 * size, names by their characters, as Python's classification scripts sort them.
 */
public final class LabelIndex {

    private static final Pattern WHOLE_NUMBER = Pattern.compile("0|-?[1-9]\\d{0,17}");

    /** Classes that a gap in a column of class numbers may reach. */
    private static final int MOST_CLASSES = 10_000;

    private static final Comparator<String> BY_CHARACTERS =
            Comparator.comparing(label -> label.codePoints().toArray(), Arrays::compare);

    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private final boolean closed;

    /**
     * Starts with labels in the order of their numbers.
     *
     * @param given all labels there are; if empty, each new one gets the next number until {@link
     *     #sorted}
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

    /** The numbers that count once all labels are known: the given ones, or those of the sorted. */
    public LabelIndex sorted() {
        return closed || numbers.isEmpty() ? this : new LabelIndex(sorted(numbers.keySet()));
    }

    private static List<String> sorted(Set<String> names) {
        if (!names.stream().allMatch(name -> WHOLE_NUMBER.matcher(name).matches())) {
            return ImmutableList.sortedCopyOf(BY_CHARACTERS, names);
        }
        long[] values = names.stream().mapToLong(Long::parseLong).sorted().toArray();
        long last = values[values.length - 1];
        return values[0] == 0 && last < MOST_CLASSES
                ? LongStream.rangeClosed(0, last).mapToObj(Long::toString).toList()
                : Arrays.stream(values).mapToObj(Long::toString).toList();
    }

    /**
     * Refuses two lists of labels in which a name has two numbers. Classes without a name, which
     * are empty texts, are not looked at.
     *
     * @param what names the second list for the message
     * @param cure what to do then, as a sentence
     * @throws IllegalArgumentException that names the label and both numbers
     */
    public static void requireSameNumbers(
            List<String> labels, List<String> others, String what, String cure) {
        for (String label : labels) {
            int one = labels.indexOf(label);
            int other = others.indexOf(label);
            if (!label.isEmpty() && other >= 0 && other != one) {
                throw new IllegalArgumentException(
                        "Label '%s' is class %d of %s here and class %d of %s in the %s. %s"
                                .formatted(label, one, labels, other, others, what, cure));
            }
        }
    }
}
