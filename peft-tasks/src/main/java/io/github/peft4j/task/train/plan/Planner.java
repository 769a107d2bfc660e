package io.github.peft4j.task.train.plan;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.train.config.IntervalStrategy;
import io.github.peft4j.task.train.config.TrainingArguments;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a plan: computes ever larger parts of the largest batch, each only if the smaller ones say
 * that it fits this machine, then times some batches of all sizes.
 */
final class Planner {

    private static final Logger logger = LoggerFactory.getLogger(Planner.class);

    /** After so many timed steps, others follow only while all took no longer than this. */
    private static final int LEAST_TIMED = 3;

    private static final double ENOUGH_SECONDS = 5;

    private final PeftModel model;
    private final ImmutableMap<String, Parameter> trained;
    private final TrainingArguments arguments;
    private final BatchLoader data;
    private final BatchSource examples;
    private final ProbeLoss loss;
    private final MachineMemory machine;

    Planner(
            PeftModel model,
            Map<String, Parameter> trained,
            TrainingArguments arguments,
            BatchLoader data,
            ProbeLoss loss,
            MachineMemory machine) {
        this.model = model;
        this.trained = ImmutableMap.copyOf(trained);
        this.arguments = arguments;
        this.data = data;
        examples = data.source().inEpoch(0);
        this.loss = loss;
        this.machine = machine;
    }

    /** The peak of a probe step, and what was resident after it. */
    private record Rung(PlannedBatch batch, long peak, long resident) {}

    TrainingPlan plan() {
        PlannedBatches batches = PlannedBatches.of(data, arguments);
        PlannedBatch largest = PlannedBatch.of(data, batches.largest());
        long steps = arguments.totalSteps(data.batchCount());
        try (ProbeSteps probe = new ProbeSteps(model, trained, arguments, loss)) {
            List<Rung> rungs = climb(probe, batches.ladder());
            Rung last = rungs.get(rungs.size() - 1);
            boolean fits = last.batch().equals(largest);
            PlannedTime time;
            long highest;
            long grown;
            try (PeakMemory peak = new PeakMemory()) {
                EmbeddingRows.read(
                        model.base(), data, steps * arguments.gradientAccumulationSteps());
                time = new PlannedTime(seconds(probe, batches, fits), steps);
                grown = Math.max(0, ProcessMemory.resident() - last.resident());
                if (fits) {
                    probe.batch(examples.batch(batches.largest()));
                    probe.update();
                }
                highest = peak.bytes();
            }
            long all = fits ? last.peak() : extrapolated(rungs, largest);
            long batch = Math.max(0, all - rungs.get(0).resident());
            return new TrainingPlan(
                    trained.values().stream().mapToLong(p -> p.getArray().size()).sum(),
                    memory(
                            Math.max(fits ? all : all + grown, highest),
                            batch,
                            probe.ownBytes(),
                            !fits),
                    time,
                    largest,
                    data.batchCount());
        }
    }

    /** Computes parts of the largest batch, up to all of it or what fits the machine. */
    private List<Rung> climb(ProbeSteps probe, List<int[]> ladder) {
        List<Rung> rungs = new ArrayList<>();
        for (int[] rows : ladder) {
            PlannedBatch next = PlannedBatch.of(data, rows);
            if (rungs.size() > 1 && extrapolated(rungs, next) > machine.limit()) {
                break;
            }
            long peak = peak(probe, examples.batch(rows));
            rungs.add(new Rung(next, peak, ProcessMemory.resident()));
            logger.debug("{}: {}", next, PlanText.mib(peak));
        }
        return rungs;
    }

    private static long peak(ProbeSteps steps, TokenBatch batch) {
        try (PeakMemory peak = new PeakMemory()) {
            steps.batch(batch);
            steps.update();
            return peak.bytes();
        }
    }

    /** Memory grows with the rows, and at least as fast with their length. */
    private static long extrapolated(List<Rung> rungs, PlannedBatch batch) {
        Rung last = rungs.get(rungs.size() - 1);
        Rung before = rungs.get(rungs.size() - 2);
        double more = last.batch().weight() - before.batch().weight();
        double slope = more <= 0 ? 0 : Math.max(0, last.peak() - before.peak()) / more;
        return last.peak() + (long) (slope * (batch.weight() - last.batch().weight()));
    }

    private PlannedMemory memory(long highest, long batch, long ownBytes, boolean extrapolated) {
        long trainable = ProbeSteps.bytes(trained.values());
        long best = arguments.loadBestModelAtEnd() ? trainable : 0;
        boolean saves =
                arguments.outputDir() != null && arguments.saveStrategy() != IntervalStrategy.NO;
        long peak = highest == 0 ? 0 : highest - ownBytes + best;
        return new PlannedMemory(
                ProbeSteps.bytes(model.base().parameters().values()),
                trainable,
                trainable,
                2 * trainable,
                best,
                saves ? 3 * trainable + best : 0,
                peak - batch,
                batch,
                peak,
                extrapolated);
    }

    /** Of a step of batches of the mean size, by what a token of some batches takes. */
    private double seconds(ProbeSteps probe, PlannedBatches batches, boolean fits) {
        List<int[]> usual = fits ? batches.usual() : List.of(new int[] {batches.shortest()});
        List<Double> perToken = new ArrayList<>();
        List<Double> updates = new ArrayList<>();
        double spent = 0;
        for (int[] rows : usual) {
            double seconds = probe.batch(examples.batch(rows));
            perToken.add(seconds / PlannedBatch.of(data, rows).tokens());
            updates.add(probe.update());
            spent += seconds;
            if (perToken.size() >= LEAST_TIMED && spent > ENOUGH_SECONDS) {
                break;
            }
        }
        return median(perToken) * batches.meanTokens() * arguments.gradientAccumulationSteps()
                + median(updates);
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
