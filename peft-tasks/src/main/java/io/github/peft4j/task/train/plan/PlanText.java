package io.github.peft4j.task.train.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Plans and reports as text. */
final class PlanText {

    private static final double MIB = 1 << 20;

    private PlanText() {}

    private record Line(String what, String planned, String measured, String error) {}

    static String table(TrainingPlan plan) {
        List<Line> lines = lines(plan, "", "", "", "");
        lines.add(0, new Line("", "planned", "", ""));
        return text(plan, lines);
    }

    static String table(TrainingReport report) {
        List<Line> lines =
                lines(
                        report.plan(),
                        report.peak() == 0 ? "not measured" : mib(report.peak()),
                        percent(report.memoryError()),
                        report.steps() == 0 ? "no step" : seconds(report.step()),
                        percent(report.timeError()));
        lines.add(0, new Line("", "planned", "measured", "error"));
        return text(report.plan(), lines);
    }

    private static List<Line> lines(
            TrainingPlan plan, String peak, String peakError, String step, String stepError) {
        PlannedMemory memory = plan.memory();
        List<Line> lines = new ArrayList<>();
        lines.add(line("base weights", mib(memory.base())));
        lines.add(line("trained tensors", mib(memory.trainable())));
        lines.add(line("their gradients", mib(memory.gradients())));
        lines.add(line("optimizer states", mib(memory.optimizer())));
        if (memory.best() > 0) {
            lines.add(line("copy of the best adapter", mib(memory.best())));
        }
        if (memory.checkpoint() > 0) {
            lines.add(line("a checkpoint on disk", mib(memory.checkpoint())));
        }
        if (memory.isMeasured()) {
            lines.add(line("resident in any step", mib(memory.resident())));
            lines.add(line("largest batch in addition", mib(memory.activations())));
        }
        String planned = memory.isMeasured() ? mib(memory.peak()) : "not measured here";
        lines.add(new Line("peak resident memory", planned, peak, peakError));
        lines.add(new Line("time of a step", seconds(plan.time().step()), step, stepError));
        lines.add(line("steps", String.format(Locale.ROOT, "%,d", plan.time().steps())));
        lines.add(line("time of all steps", duration(plan.time().total())));
        return lines;
    }

    private static Line line(String what, String planned) {
        return new Line(what, planned, "", "");
    }

    private static String text(TrainingPlan plan, List<Line> lines) {
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "%,d numbers train; batches an epoch: %,d",
                        plan.trainable(),
                        plan.batches()));
        text.append("\nlargest batch: ").append(plan.largest());
        for (Line line : lines) {
            String row =
                    String.format(
                            Locale.ROOT,
                            "%n%-25s  %17s  %12s  %7s",
                            line.what(),
                            line.planned(),
                            line.measured(),
                            line.error());
            text.append(row.stripTrailing());
        }
        if (plan.memory().extrapolated()) {
            text.append(
                    "\nThe largest batch was not computed: smaller ones say that it does not fit"
                            + " this machine.");
        }
        if (!plan.memory().isMeasured()) {
            text.append(
                    "\nThis system does not tell the resident memory of a process (Linux does).");
        }
        return text.toString();
    }

    static String misfit(TrainingPlan plan, MachineMemory machine) {
        PlannedMemory memory = plan.memory();
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "The training is planned to need %s of resident memory, and this process"
                                + " may have %s: it has %s, and %s leaves %s. ",
                        mib(memory.peak()),
                        mib(machine.limit()),
                        mib(machine.resident()),
                        machine.limitedBy(),
                        mib(machine.available())));
        text.append(cure(plan, machine.limit() - memory.resident()));
        text.append(" Or set plan to \"warn\".");
        return text.toString();
    }

    private static String cure(TrainingPlan plan, long room) {
        PlannedBatch batch = plan.largest();
        long rows = Math.max(0, room * batch.rows() / Math.max(1, plan.memory().activations()));
        if (room <= 0) {
            return "Without any batch it needs "
                    + mib(plan.memory().resident())
                    + ": end other programs, or take a smaller base.";
        }
        String size =
                rows < 1 || batch.rows() == 1
                        ? "Cut the examples, of which the longest has %d tokens,"
                                        .formatted(batch.longest())
                                + (batch.rows() == 1
                                        ? ""
                                        : " and set per_device_train_batch_size to 1,")
                        : ("Lower per_device_train_batch_size from %d to %d and raise"
                                        + " gradient_accumulation_steps as much, cut the examples,"
                                        + " of which the longest has %d tokens,")
                                .formatted(batch.rows(), rows, batch.longest());
        return size
                + " or put adapters into upper layers alone (layers_to_transform), below which"
                + " nothing is kept for the backward pass.";
    }

    static String mib(long bytes) {
        return String.format(Locale.ROOT, "%,.1f MiB", bytes / MIB);
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%.3f s", value);
    }

    private static String duration(double seconds) {
        long whole = Math.round(seconds);
        return whole < 60
                ? String.format(Locale.ROOT, "%.1f s", seconds)
                : String.format(
                        Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }

    private static String percent(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%+.1f%%", value);
    }
}
