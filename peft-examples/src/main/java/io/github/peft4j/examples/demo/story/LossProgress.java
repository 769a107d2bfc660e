package io.github.peft4j.examples.demo.story;

import io.github.peft4j.cli.console.ProgressBar;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;

/** Moves a progress bar along with a training. */
record LossProgress(ProgressBar bar) implements TrainerListener {

    @Override
    public boolean showsProgress() {
        return true;
    }

    @Override
    public void onStep(StepReport report) {
        bar.step(report.examples(), report.loss());
    }
}
