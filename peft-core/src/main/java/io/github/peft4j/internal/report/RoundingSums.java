package io.github.peft4j.internal.report;

import io.github.peft4j.report.LayerMerge;
import io.github.peft4j.report.MergeType;

/** Sums over the numbers of one weight, row by row. */
final class RoundingSums {

    private final MergeType type;
    private double weights;
    private double changes;
    private double steps;
    private double kept;
    private double errors;

    RoundingSums(MergeType type) {
        this.type = type;
    }

    /** A row of the weight before and after merging. */
    void add(float[] before, float[] after) {
        double left = largest(before, 0, before.length);
        double right = largest(after, 0, after.length);
        for (int i = 0; i < before.length; i++) {
            double change = (double) after[i] - before[i];
            double rounded = type.round(after[i], right) - type.round(before[i], left);
            double step = type.step(after[i], right);
            weights += (double) before[i] * before[i];
            changes += change * change;
            steps += step * step;
            kept += rounded * change;
            errors += (rounded - change) * (rounded - change);
        }
    }

    private static double largest(float[] row, int from, int to) {
        double largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs(row[i]));
        }
        return largest;
    }

    /** What they say of a weight that has so many numbers. */
    LayerMerge of(String name, long numbers) {
        return new LayerMerge(
                name,
                Math.sqrt(weights / numbers),
                Math.sqrt(changes / numbers),
                Math.sqrt(steps / numbers),
                changes == 0 ? 1 : kept / changes,
                changes == 0 ? 0 : Math.sqrt(errors / changes),
                numbers);
    }

    /** Rounds rows of a width in place. */
    static void round(float[] numbers, int width, MergeType type) {
        for (int from = 0; from < numbers.length; from += width) {
            double largest = largest(numbers, from, from + width);
            for (int i = from; i < from + width; i++) {
                numbers[i] = (float) type.round(numbers[i], largest);
            }
        }
    }
}
