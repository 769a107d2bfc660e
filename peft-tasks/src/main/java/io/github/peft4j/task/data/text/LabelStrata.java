package io.github.peft4j.task.data.text;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows with like labels: what both parts of a split should have their share of. */
final class LabelStrata {

    /** Groups of rows with near numbers. */
    private static final int BINS = 10;

    private LabelStrata() {}

    /**
     * The stratum of each row: its class; for several labels their combination, those of one row
     * alone together; for numbers one of ten groups of equal size, by size.
     */
    static int[] of(List<LabeledText> rows) {
        if (rows.isEmpty() || !(rows.get(0).label() instanceof Label.Score)) {
            return groups(rows.stream().map(LabeledText::label).toList());
        }
        int[] strata = new int[rows.size()];
        List<Integer> bySize =
                IntStream.range(0, rows.size())
                        .boxed()
                        .sorted(
                                Comparator.comparingDouble(
                                        i -> ((Label.Score) rows.get(i).label()).value()))
                        .toList();
        long bins = Math.max(1, Math.min(BINS, rows.size() / 2));
        for (int rank = 0; rank < bySize.size(); rank++) {
            strata[bySize.get(rank)] = (int) (rank * bins / bySize.size());
        }
        return strata;
    }

    private static int[] groups(List<Label> labels) {
        Map<Label, Long> counts =
                labels.stream()
                        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        Map<Label, Integer> numbers = new HashMap<>();
        int[] strata = new int[labels.size()];
        int pooled = -1;
        int next = 0;
        for (int i = 0; i < strata.length; i++) {
            Label label = labels.get(i);
            boolean pool = label instanceof Label.MultiLabel && counts.getOrDefault(label, 0L) == 1;
            if (pool && pooled >= 0) {
                strata[i] = pooled;
                continue;
            }
            Integer known = numbers.get(label);
            if (known == null) {
                known = next++;
                numbers.put(label, known);
                pooled = pool ? known : pooled;
            }
            strata[i] = known;
        }
        return strata;
    }

    /** Names of the classes that have one row, which no split divides. */
    static Set<String> single(TextDataset data) {
        Map<Integer, Long> counts =
                data.rows().stream()
                        .map(LabeledText::label)
                        .filter(Label.ClassIndex.class::isInstance)
                        .collect(
                                Collectors.groupingBy(
                                        label -> ((Label.ClassIndex) label).index(),
                                        Collectors.counting()));
        Set<String> names = new TreeSet<>();
        counts.forEach(
                (number, count) -> {
                    if (count == 1) {
                        names.add(
                                number < data.labels().size()
                                        ? data.labels().get(number)
                                        : Integer.toString(number));
                    }
                });
        return names;
    }
}
