package io.github.peft4j.examples.demo;

import io.github.peft4j.examples.console.ProgressBar;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;

/** Moves a progress bar along with a training. */
record LossProgress(ProgressBar bar) implements TrainerListener {

    @Override
    public void onStep(StepReport report) {
        bar.step(report.examples(), report.loss());
    }
}
