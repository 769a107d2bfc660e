package io.github.peft4j.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Model;
import ai.djl.engine.Engine;
import io.github.peft4j.examples.console.ProgressBar;
import io.github.peft4j.examples.data.MnistData;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MnistTrainingTest {

    private static final int BATCH = 10;

    @Test
    void learnsDigitsInHundredSteps() throws Exception {
        MnistData test = MnistData.test();
        try (Model model = model()) {
            MnistData train = MnistData.train();
            train(model, train, MnistData.batches(train.rows(), BATCH, 0).subList(0, 100));

            int[] predicted = MnistTraining.predict(model, test);
            int[] wrong = MnistTraining.wrongPerDigit(predicted, test);

            assertThat(predicted).hasSize(10_000);
            assertThat(Arrays.stream(wrong).sum()).isLessThan(2500);
        }
    }

    @Test
    void repeatsItselfForTheSameSeed() throws Exception {
        MnistData train = MnistData.train();
        List<int[]> batches = MnistData.batches(train.rows(), BATCH, 5).subList(0, 5);
        float[][] weights = new float[2][];
        for (int run = 0; run < 2; run++) {
            try (Model model = model()) {
                train(model, train, batches);
                weights[run] =
                        model.getBlock()
                                .getParameters()
                                .get(4)
                                .getValue()
                                .getArray()
                                .toFloatArray();
            }
        }
        assertThat(weights[0]).isEqualTo(weights[1]);
    }

    @Test
    void keepsNoArraysAfterAStep() throws Exception {
        MnistData train = MnistData.train();
        List<int[]> batches = MnistData.batches(train.rows(), BATCH, 0);
        try (Model model = model()) {
            train(model, train, batches.subList(0, 2));
            int after2 = model.getNDManager().getManagedArrays().size();
            train(model, train, batches.subList(2, 12));
            int after12 = model.getNDManager().getManagedArrays().size();

            // DJL's Trainer keeps one gradient handle a parameter, once, however many steps follow.
            assertThat(after12 - after2).isEqualTo(model.getBlock().getParameters().size());
        }
    }

    @Test
    void countsMistakesByTheDigitThatWasShown() throws Exception {
        MnistData test = MnistData.test();
        int[] predicted = Arrays.stream(test.labels(test.rows())).mapToInt(x -> (int) x).toArray();
        predicted[0] = 1; // shows 7
        predicted[17] = 1; // shows 7
        predicted[9] = 4; // shows 9

        assertThat(MnistTraining.wrongPerDigit(predicted, test))
                .containsExactly(0, 0, 0, 0, 0, 0, 0, 2, 0, 1);
    }

    private static Model model() {
        Engine.getEngine("PyTorch").setRandomSeed(0);
        Model model = Model.newInstance("mnist", "PyTorch");
        model.setBlock(new MnistNet());
        return model;
    }

    private static void train(Model model, MnistData data, List<int[]> batches) {
        try (ProgressBar bar = new ProgressBar("test", batches.size())) {
            MnistTraining.train(model, data, batches, bar);
        }
    }
}
