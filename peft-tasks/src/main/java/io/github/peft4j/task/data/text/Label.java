package io.github.peft4j.task.data.text;

import com.google.common.primitives.ImmutableDoubleArray;
import org.jspecify.annotations.Nullable;

/** What is to be predicted for one example. All examples of a dataset have the same kind. */
public sealed interface Label {

    /**
     * One of several classes: int64 in a batch, for cross entropy.
     *
     * @param name the class's name, or an empty text; it does not count in comparisons
     */
    record ClassIndex(int index, String name) implements Label {
        /** Refuses a negative index. */
        public ClassIndex {
            if (index < 0) {
                throw new IllegalArgumentException(
                        "Class index %d is negative. Give 0 for the first class.".formatted(index));
            }
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof ClassIndex that && index == that.index;
        }

        @Override
        public int hashCode() {
            return index;
        }
    }

    /** Any number of classes at once: a float for each class, usually 0 or 1. */
    record MultiLabel(ImmutableDoubleArray values) implements Label {
        /** Refuses an empty row and values that are no numbers. */
        public MultiLabel {
            if (values.isEmpty()) {
                throw new IllegalArgumentException(
                        "Multi-label [] has no classes. Give a value for each class.");
            }
            values.forEach(Score::requireFinite);
        }
    }

    /** A number to come close to: float32 in a batch, for regression. */
    record Score(double value) implements Label {
        /** Refuses values that are no numbers. */
        public Score {
            requireFinite(value);
        }

        private static void requireFinite(double value) {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(
                        "Label %s is not a finite number. Leave the example out or correct it."
                                .formatted(value));
            }
        }
    }

    /** One of several classes. */
    static Label ofClass(int index) {
        return ofClass(index, "");
    }

    /** One of several classes, which has a name in its file. */
    static Label ofClass(int index, String name) {
        return new ClassIndex(index, name);
    }

    /** A value for each class. */
    static Label ofMulti(double... values) {
        return new MultiLabel(ImmutableDoubleArray.copyOf(values));
    }

    /** A number. */
    static Label ofScore(double value) {
        return new Score(value);
    }
}
