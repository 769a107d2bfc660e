package io.github.peft4j.task.data;

import ai.djl.ndarray.types.Shape;
import com.google.common.primitives.ImmutableDoubleArray;
import io.github.peft4j.task.data.text.Label;
import java.util.ArrayList;
import java.util.List;

/** Turns the labels of all examples into one column. */
final class LabelColumn {

    private LabelColumn() {}

    /** int64 [N] for classes, float32 [N] for scores, float32 [N, L] for several classes. */
    static HostArray of(List<Label> labels) {
        if (labels.isEmpty()) {
            throw new IllegalArgumentException("0 examples make no dataset. Give at least one.");
        }
        requireOneKind(labels);
        Shape rows = new Shape(labels.size());
        if (labels.get(0) instanceof Label.ClassIndex) {
            return new HostArray.Int64(
                    labels.stream().mapToLong(each -> ((Label.ClassIndex) each).index()).toArray(),
                    rows);
        }
        if (labels.get(0) instanceof Label.MultiLabel first) {
            return matrix(labels, first.values().length());
        }
        float[] values = new float[labels.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((Label.Score) labels.get(i)).value();
        }
        return new HostArray.Float32(values, rows);
    }

    /** Names of the classes by their index, as far as the examples know them. */
    static List<String> names(List<Label> labels) {
        List<String> names = new ArrayList<>();
        for (Label label : labels) {
            if (label instanceof Label.ClassIndex known && !known.name().isEmpty()) {
                while (names.size() <= known.index()) {
                    names.add("");
                }
                names.set(known.index(), known.name());
            }
        }
        return names;
    }

    private static void requireOneKind(List<Label> labels) {
        Class<?> kind = labels.get(0).getClass();
        for (int i = 1; i < labels.size(); i++) {
            if (labels.get(i).getClass() != kind) {
                throw new IllegalArgumentException(
                        "Example %d has a %s, example 0 a %s. Give all examples the same kind."
                                .formatted(
                                        i,
                                        labels.get(i).getClass().getSimpleName(),
                                        kind.getSimpleName()));
            }
        }
    }

    private static HostArray matrix(List<Label> labels, int width) {
        float[] values = new float[Math.multiplyExact(labels.size(), width)];
        for (int i = 0; i < labels.size(); i++) {
            ImmutableDoubleArray row = ((Label.MultiLabel) labels.get(i)).values();
            if (row.length() != width) {
                throw new IllegalArgumentException(
                        "Example %d has %d classes, example 0 has %d. Give each the same number."
                                .formatted(i, row.length(), width));
            }
            for (int j = 0; j < width; j++) {
                values[i * width + j] = (float) row.get(j);
            }
        }
        return new HostArray.Float32(values, new Shape(labels.size(), width));
    }
}
