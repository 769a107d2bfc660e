package io.github.peft4j.examples.demo.mnist;

import ai.djl.nn.Block;
import io.github.peft4j.examples.data.MnistData;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a classifier says of every test image, ten scores an image, and how often it is wrong. */
public final class DigitScores {

    private final float[] scores;
    private final int[] wrong;
    private final int images;

    private DigitScores(float[] scores, int[] wrong, int images) {
        this.scores = scores;
        this.wrong = wrong;
        this.images = images;
    }

    /** Asks the block for every image. */
    public static DigitScores of(Block block, MnistData data) {
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

    /** Number of images. */
    public int images() {
        return images;
    }

    /** How many images of a digit were taken for another. */
    public int wrong(int digit) {
        return wrong[digit];
    }

    int allWrong() {
        return Arrays.stream(wrong).sum();
    }

    double accuracy() {
        return 1 - (double) allWrong() / images;
    }

    /** Whether every score has the same bits. */
    public boolean sameBits(DigitScores other) {
        return Arrays.equals(scores, other.scores);
    }

    /** A row of the table: name, ten digits, all, accuracy. */
    public Object[] row(String name) {
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
