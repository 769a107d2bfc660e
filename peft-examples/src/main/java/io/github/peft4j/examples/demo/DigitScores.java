package io.github.peft4j.examples.demo;

import ai.djl.nn.Block;
import io.github.peft4j.examples.data.MnistData;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a classifier says of every test image, and how often it is wrong.
 *
 * @param scores ten an image
 * @param wrong for each digit, how many of its images were taken for another
 * @param images number of images
 */
record DigitScores(float[] scores, int[] wrong, int images) {

    /** Asks the block for every image. */
    static DigitScores of(Block block, MnistData data) {
        float[] scores = MnistTraining.scores(block, data);
        int[] wrong = wrongPerDigit(MnistTraining.digits(scores), data);
        return new DigitScores(scores, wrong, data.size());
    }

    /** For each digit, how many of its images were taken for another. */
    static int[] wrongPerDigit(int[] digits, MnistData data) {
        int[] wrong = new int[MnistData.DIGITS];
        for (int row = 0; row < digits.length; row++) {
            if (digits[row] != data.label(row)) {
                wrong[data.label(row)]++;
            }
        }
        return wrong;
    }

    int allWrong() {
        return Arrays.stream(wrong).sum();
    }

    double accuracy() {
        return 1 - (double) allWrong() / images;
    }

    /** Whether every score has the same bits. */
    boolean sameBits(DigitScores other) {
        return Arrays.equals(scores, other.scores);
    }

    /** A row of the table: name, ten digits, all, accuracy. */
    Object[] row(String name) {
        Object[] row = new Object[wrong.length + 3];
        row[0] = name;
        for (int digit = 0; digit < wrong.length; digit++) {
            row[digit + 1] = wrong[digit];
        }
        row[wrong.length + 1] = allWrong();
        row[wrong.length + 2] = accuracy();
        return row;
    }

    /** The figures by name: {@code accuracy}, {@code wrong}, {@code wrong_0} to {@code wrong_9}. */
    Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("accuracy", accuracy());
        metrics.put("wrong", (double) allWrong());
        for (int digit = 0; digit < wrong.length; digit++) {
            metrics.put("wrong_" + digit, (double) wrong[digit]);
        }
        return metrics;
    }
}
