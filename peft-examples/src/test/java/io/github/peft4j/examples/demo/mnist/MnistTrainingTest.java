package io.github.peft4j.examples.demo.mnist;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.cli.console.ProgressBar;
import io.github.peft4j.examples.data.MnistData;
import io.github.peft4j.model.ModuleTree;
import java.io.PrintWriter;
import java.io.StringWriter;
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

            DigitScores scores = DigitScores.of(model.getBlock(), test);

            assertThat(scores.images()).isEqualTo(10_000);
            assertThat(scores.allWrong()).isLessThan(2500);
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

            assertThat(after12).isEqualTo(after2);
        }
    }

    @Test
    void countsMistakesByTheDigitThatWasShown() throws Exception {
        MnistData test = MnistData.test();
        int[] predicted = Arrays.stream(test.labels(test.rows())).mapToInt(x -> (int) x).toArray();
        predicted[0] = 1; // shows 7
        predicted[17] = 1; // shows 7
        predicted[9] = 4; // shows 9

        assertThat(DigitScores.wrongPerDigit(predicted, test))
                .containsExactly(0, 0, 0, 0, 0, 0, 0, 2, 0, 1);
    }

    private static Model model() {
        Engine.getEngine("PyTorch").setRandomSeed(0);
        Model model = Model.newInstance("mnist", "PyTorch");
        MnistNet net = new MnistNet();
        net.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, MnistData.PIXELS));
        model.setBlock(net);
        return model;
    }

    private static void train(Model model, MnistData data, List<int[]> batches) {
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        try (ProgressBar bar = new ProgressBar("test", batches.size(), nowhere)) {
            MnistTraining.train(
                    model.getBlock(), ModuleTree.parameters(model.getBlock()), data, batches, bar);
        }
    }
}
