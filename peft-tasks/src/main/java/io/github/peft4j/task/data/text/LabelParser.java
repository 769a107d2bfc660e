package io.github.peft4j.task.data.text;

import com.google.common.base.Ascii;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Doubles;
import com.google.common.primitives.ImmutableDoubleArray;
import io.github.peft4j.task.data.read.LabelIndex;
import io.github.peft4j.task.data.read.Row;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the labels of one file, row by row. Classes are numbered as they appear until all are
 * known; then {@link #numbered} gives a row's label its number.
 */
final class LabelParser {

    private final LabelOptions options;
    private final LabelIndex index;
    private @Nullable ProblemType type;
    private boolean vectors;
    private int width = -1;

    LabelParser(LabelOptions options) {
        this.options = options;
        type = options.problemType();
        vectors = options.multiHot() || !options.columns().isEmpty();
        index = new LabelIndex(options.names());
    }

    /** Columns that each row must have. */
    Set<String> columns() {
        return options.columns().isEmpty()
                ? ImmutableSet.of(column())
                : ImmutableSet.copyOf(options.columns());
    }

    private String column() {
        return Objects.requireNonNull(options.column(), "column of the label");
    }

    /** A label whose classes are numbered as they appeared. */
    sealed interface Draft {
        /** Classes that apply. */
        record Classes(List<Integer> appeared) implements Draft {}

        /** A value for each class. */
        record Vector(ImmutableDoubleArray values) implements Draft {}

        /** A number. */
        record Score(double value) implements Draft {}
    }

    /**
     * The label of a row, or null if its class is left out.
     *
     * @throws IllegalArgumentException if it is bad
     */
    @Nullable Draft read(Row row) {
        if (!options.columns().isEmpty()) {
            return vector(
                    options.columns().stream()
                            .mapToDouble(column -> truth(column, row.get(column)))
                            .toArray());
        }
        Object value = row.value(column());
        if (type == null) {
            boolean list = value instanceof List;
            type =
                    list
                            ? ProblemType.MULTI_LABEL_CLASSIFICATION
                            : ProblemType.SINGLE_LABEL_CLASSIFICATION;
        }
        return switch (type) {
            case REGRESSION -> new Draft.Score(number(row.text(column())));
            case MULTI_LABEL_CLASSIFICATION -> several(row, value);
            case SINGLE_LABEL_CLASSIFICATION -> one(row, value);
        };
    }

    private @Nullable Draft one(Row row, @Nullable Object value) {
        if (value instanceof List) {
            throw new IllegalArgumentException(
                    "the %s is a list %s where one class is read. For several labels set"
                                    .formatted(column(), value)
                            + " optProblemType(MULTI_LABEL_CLASSIFICATION).");
        }
        String label = row.text(column());
        return options.leaveOut().contains(label)
                ? null
                : new Draft.Classes(ImmutableList.of(index.number(label)));
    }

    private double number(String text) {
        Double number = Doubles.tryParse(text.strip());
        if (number == null || !Double.isFinite(number)) {
            throw new IllegalArgumentException(
                    "the %s '%s' is no number. Correct it or delete the row."
                            .formatted(column(), text));
        }
        return number;
    }

    private static double truth(String column, String text) {
        return switch (Ascii.toLowerCase(text.strip())) {
            case "1", "1.0", "true" -> 1;
            case "0", "0.0", "false" -> 0;
            default ->
                    throw new IllegalArgumentException(
                            "the column '%s' of a label holds '%s'. Write 1 or 0 there."
                                    .formatted(column, text));
        };
    }

    private Draft several(Row row, @Nullable Object value) {
        String separator = options.separator();
        if (separator != null && !(value instanceof List)) {
            return classes(
                    Splitter.on(separator)
                            .trimResults()
                            .omitEmptyStrings()
                            .splitToList(row.get(column())));
        }
        if (!(value instanceof List<?> list)) {
            throw new IllegalArgumentException(
                    "the %s '%s' is no list. Write a list, or say what is between labels:"
                                    .formatted(column(), row.get(column()))
                            + " optLabelSeparator.");
        }
        boolean decimals = !list.isEmpty() && list.stream().allMatch(Double.class::isInstance);
        if (!vectors && !decimals) {
            return classes(list.stream().map(this::name).toList());
        }
        vectors = true;
        return vector(list.stream().mapToDouble(each -> truthOrShare(list, each)).toArray());
    }

    private String name(@Nullable Object label) {
        if (label instanceof String || label instanceof Long || label instanceof Boolean) {
            return label.toString();
        }
        throw new IllegalArgumentException(
                "a label in the %s is %s. Write names or class numbers, or a 0.0 or 1.0 for every"
                                .formatted(column(), label)
                        + " label.");
    }

    private double truthOrShare(List<?> list, @Nullable Object each) {
        if (each instanceof Number value && value.doubleValue() >= 0 && value.doubleValue() <= 1) {
            return value.doubleValue();
        }
        throw new IllegalArgumentException(
                "the %s %s is no list of a number from 0 to 1 for each label. Correct it."
                        .formatted(column(), list));
    }

    private Draft vector(double... values) {
        int wanted = options.names().isEmpty() ? width : options.names().size();
        if (values.length == 0 || (wanted >= 0 && values.length != wanted)) {
            throw new IllegalArgumentException(
                    "the %s has %d values where there are %d labels. Give one for each label."
                            .formatted(column(), values.length, Math.max(wanted, 1)));
        }
        width = values.length;
        return new Draft.Vector(ImmutableDoubleArray.copyOf(values));
    }

    private Draft classes(List<String> names) {
        if (vectors) {
            throw new IllegalArgumentException(
                    "the %s %s holds names where rows before held a number for each label. Write"
                                    .formatted(column(), names)
                            + " all alike.");
        }
        if (Set.copyOf(names).size() < names.size()) {
            throw new IllegalArgumentException(
                    "the %s %s names a label twice. Name it once, or set optMultiHot(true) if this is"
                                    .formatted(column(), names)
                            + " a 0 or 1 for each label.");
        }
        return new Draft.Classes(names.stream().map(index::number).toList());
    }

    /** The labels in the order of their indices, once all rows are read. */
    List<String> labels() {
        if (type == ProblemType.REGRESSION) {
            return options.names().isEmpty() ? ImmutableList.of(column()) : options.names();
        }
        if (!vectors) {
            return index.sorted().names();
        }
        if (!options.columns().isEmpty()) {
            return options.columns();
        }
        return options.names().isEmpty()
                ? IntStream.range(0, width).mapToObj(Integer::toString).toList()
                : options.names();
    }

    /** What rows of classes hold, for the question whether they are numbers. */
    ImmutableList<String> classNames() {
        boolean one = type == ProblemType.SINGLE_LABEL_CLASSIFICATION;
        return one ? ImmutableList.copyOf(index.names()) : ImmutableList.of();
    }

    /** The final number of each class, by the one that it got when it appeared. */
    int[] numbers() {
        LabelIndex sorted = index.sorted();
        return index.names().stream().mapToInt(sorted::number).toArray();
    }

    /**
     * The label of a draft.
     *
     * @param labels {@link #labels}
     * @param numbers {@link #numbers}
     */
    Label numbered(Draft draft, List<String> labels, int[] numbers) {
        if (draft instanceof Draft.Score score) {
            return Label.ofScore(score.value());
        }
        if (draft instanceof Draft.Vector vector) {
            return new Label.MultiLabel(vector.values());
        }
        List<Integer> classes = ((Draft.Classes) draft).appeared();
        if (type == ProblemType.SINGLE_LABEL_CLASSIFICATION) {
            int only = numbers[classes.get(0)];
            return Label.ofClass(only, labels.get(only));
        }
        double[] values = new double[labels.size()];
        classes.forEach(each -> values[numbers[each]] = 1);
        return Label.ofMulti(values);
    }

    /** Labels of several in a row that might be a vector of two. */
    boolean ambiguousPairs(List<Draft> drafts) {
        Set<String> names = Set.copyOf(index.names());
        boolean bits = type == ProblemType.MULTI_LABEL_CLASSIFICATION && !vectors;
        return bits
                && options.names().isEmpty()
                && options.separator() == null
                && names.equals(Set.of("0", "1"))
                && drafts.stream()
                        .map(draft -> ((Draft.Classes) draft).appeared().size())
                        .collect(Collectors.toSet())
                        .equals(Set.of(2));
    }
}
