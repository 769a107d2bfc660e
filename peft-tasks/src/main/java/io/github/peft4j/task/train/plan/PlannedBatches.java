package io.github.peft4j.task.train.plan;

import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.train.config.TrainingArguments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** The batches that a plan probes. */
final class PlannedBatches {

    /** More epochs than these are not looked through for their largest batch. */
    private static final int MAX_EPOCHS = 10;

    private static final int USUAL = 8;

    private final int[] largest;
    private final List<int[]> usual;
    private final int shortest;
    private final double meanTokens;

    private PlannedBatches(int[] largest, List<int[]> usual, int shortest, double meanTokens) {
        this.largest = largest;
        this.usual = usual;
        this.shortest = shortest;
        this.meanTokens = meanTokens;
    }

    static PlannedBatches of(BatchLoader data, TrainingArguments arguments) {
        long batches =
                arguments.totalSteps(data.batchCount()) * arguments.gradientAccumulationSteps();
        int epochs =
                data.shuffle() ? (int) ((batches + data.batchCount() - 1) / data.batchCount()) : 1;
        Comparator<int[]> bySize = Comparator.comparingLong(rows -> weight(data, rows));
        List<int[]> first = new ArrayList<>(data.order(0));
        first.sort(bySize);
        int[] largest = first.get(first.size() - 1);
        for (int epoch = 1; epoch < Math.min(epochs, MAX_EPOCHS); epoch++) {
            for (int[] rows : data.order(epoch)) {
                largest = bySize.compare(rows, largest) > 0 ? rows : largest;
            }
        }
        int[] sorted =
                Arrays.stream(largest)
                        .boxed()
                        .sorted(Comparator.comparing(row -> -data.source().length(row)))
                        .mapToInt(Integer::intValue)
                        .toArray();
        int shortest =
                first.stream()
                        .flatMapToInt(Arrays::stream)
                        .boxed()
                        .min(Comparator.comparing(data.source()::length))
                        .orElseThrow();
        double mean =
                first.stream()
                        .mapToLong(rows -> PlannedBatch.of(data, rows).tokens())
                        .average()
                        .orElseThrow();
        return new PlannedBatches(sorted, spread(first), shortest, mean);
    }

    /** A small one, a large one, and so on, each in the middle of its share of the batches. */
    private static List<int[]> spread(List<int[]> bySize) {
        List<int[]> some = new ArrayList<>();
        int count = Math.min(USUAL, bySize.size());
        for (int i = 0; i < count; i++) {
            int share = i % 2 == 0 ? i / 2 : count - 1 - i / 2;
            some.add(bySize.get((int) ((share + 0.5) * bySize.size() / count)));
        }
        return some;
    }

    private static long weight(BatchLoader data, int[] rows) {
        return PlannedBatch.of(data, rows).weight();
    }

    /** The examples of the largest batch, the longest first. */
    int[] largest() {
        return largest;
    }

    /** Those of some batches from small to large, in a mixed order. */
    List<int[]> usual() {
        return usual;
    }

    /** The shortest example of all. */
    int shortest() {
        return shortest;
    }

    /** Tokens of a batch of the first epoch on average. */
    double meanTokens() {
        return meanTokens;
    }

    /** Ever more rows, the last of them the largest batch. */
    List<int[]> ladder() {
        List<int[]> rungs = new ArrayList<>();
        rungs.add(new int[] {shortest});
        for (int rows : new int[] {1, (largest.length + 1) / 2, largest.length}) {
            if (rungs.size() == 1 || rows > rungs.get(rungs.size() - 1).length) {
                rungs.add(Arrays.copyOf(largest, rows));
            }
        }
        return rungs;
    }
}
