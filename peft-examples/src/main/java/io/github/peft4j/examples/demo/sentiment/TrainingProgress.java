package io.github.peft4j.examples.demo.sentiment;

import io.github.peft4j.cli.console.ProgressBar;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.train.report.BatchReport;
import io.github.peft4j.task.train.report.TrainerListener;
import java.util.Arrays;

/** Moves a progress bar along with a training of a classifier. */
record TrainingProgress(ProgressBar bar) implements TrainerListener {

    @Override
    public boolean showsProgress() {
        return true;
    }

    @Override
    public boolean readsLogits() {
        return true;
    }

    @Override
    public void onBatch(BatchReport report) {
        float[] logits = report.output().logits().toFloatArray();
        int size = report.batch().size();
        int classes = logits.length / size;
        int correct = 0;
        if (report.batch().columns().get(ModelInput.LABELS) instanceof HostArray.Int64 labels) {
            for (int row = 0; row < size; row++) {
                float[] one = Arrays.copyOfRange(logits, row * classes, (row + 1) * classes);
                correct += Answers.best(one) == labels.values()[row] ? 1 : 0;
            }
        }
        bar.step(size, report.output().loss().getFloat(), correct);
    }
}
