package io.github.peft4j.examples.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Images of handwritten digits, kept as the bytes of the files (47 MB for the training part) and
 * turned into floats batch by batch: {@code (x / 255 - 0.1307) / 0.3081}, mean and deviation of the
 * training images.
 *
 * <p>Immutable. Rows are numbered from 0 in the files' order.
 */
public final class MnistData {

    /** Pixels of an image, 28 x 28. */
    public static final int PIXELS = 784;

    /** Kinds of digits. */
    public static final int DIGITS = 10;

    private static final int SIDE = 28;
    private static final float[] NORMALISED = new float[256];

    static {
        for (int x = 0; x < NORMALISED.length; x++) {
            NORMALISED[x] = (x / 255f - 0.1307f) / 0.3081f;
        }
    }

    private final byte[] images;
    private final byte[] labels;

    private MnistData(byte[] images, byte[] labels) {
        this.images = images;
        this.labels = labels;
    }

    /** The 60,000 training images that ship in the jar. */
    public static MnistData train() throws IOException {
        return shipped("train");
    }

    /** The 10,000 test images that ship in the jar. */
    public static MnistData test() throws IOException {
        return shipped("t10k");
    }

    private static MnistData shipped(String part) throws IOException {
        String imagesName = "mnist/" + part + "-images-idx3-ubyte.gz";
        String labelsName = "mnist/" + part + "-labels-idx1-ubyte.gz";
        try (InputStream images = DemoData.open(imagesName);
                InputStream labels = DemoData.open(labelsName)) {
            return read(images, imagesName, labels, labelsName);
        }
    }

    /** Reads a pair of gzipped idx files: images of 28 x 28, and a label for each. */
    public static MnistData read(Path images, Path labels) throws IOException {
        try (InputStream imagesIn = Files.newInputStream(images);
                InputStream labelsIn = Files.newInputStream(labels)) {
            return read(imagesIn, images.toString(), labelsIn, labels.toString());
        }
    }

    private static MnistData read(
            InputStream imagesIn, String imagesName, InputStream labelsIn, String labelsName)
            throws IOException {
        IdxFile images = IdxFile.read(imagesIn, imagesName, 3);
        IdxFile labels = IdxFile.read(labelsIn, labelsName, 1);
        if (images.size(1) != SIDE || images.size(2) != SIDE) {
            throw new IOException(
                    imagesName
                            + " holds images of "
                            + images.size(1)
                            + " x "
                            + images.size(2)
                            + ", not 28 x 28. Pass the MNIST files.");
        }
        if (images.size(0) != labels.size(0)) {
            throw new IOException(
                    imagesName
                            + " holds "
                            + images.size(0)
                            + " images, but "
                            + labelsName
                            + " holds "
                            + labels.size(0)
                            + " labels. Pass two files of the same part.");
        }
        requireDigits(labels);
        return new MnistData(images.elements(), labels.elements());
    }

    private static void requireDigits(IdxFile labels) throws IOException {
        for (int row = 0; row < labels.size(0); row++) {
            int label = labels.elements()[row] & 0xff;
            if (label >= DIGITS) {
                throw new IOException(
                        labels.name()
                                + " has label "
                                + label
                                + " at row "
                                + row
                                + ", not a digit. Pass the MNIST files.");
            }
        }
    }

    /** Number of images. */
    public int size() {
        return labels.length;
    }

    /** The digit of one row. */
    public int label(int row) {
        return labels[row];
    }

    /** The digits of these rows. */
    public long[] labels(int[] rows) {
        return Arrays.stream(rows).mapToLong(this::label).toArray();
    }

    /** The normalised pixels of these rows, {@value #PIXELS} a row. */
    public float[] pixels(int[] rows) {
        float[] pixels = new float[rows.length * PIXELS];
        for (int i = 0; i < rows.length; i++) {
            int from = rows[i] * PIXELS;
            for (int j = 0; j < PIXELS; j++) {
                pixels[i * PIXELS + j] = NORMALISED[images[from + j] & 0xff];
            }
        }
        return pixels;
    }

    /** All rows in order. */
    public int[] rows() {
        return IntStream.range(0, size()).toArray();
    }

    /** The rows that show this digit, in order. */
    public int[] rowsOf(int digit) {
        return IntStream.range(0, size()).filter(row -> labels[row] == digit).toArray();
    }

    /**
     * Cuts these rows into batches in an order that depends on the seed alone. Rows that fill no
     * batch are left out.
     *
     * @param rows such as {@link #rows()} or {@link #rowsOf(int)}
     * @param size of a batch, at least 1
     * @param seed the same seed draws the same batches
     */
    public static List<int[]> batches(int[] rows, int size, long seed) {
        if (size < 1) {
            throw new IllegalArgumentException("Batch size is " + size + ", must be at least 1.");
        }
        List<Integer> shuffled = new ArrayList<>(Arrays.stream(rows).boxed().toList());
        Collections.shuffle(shuffled, new Random(seed));
        List<int[]> batches = new ArrayList<>();
        for (int from = 0; from + size <= rows.length; from += size) {
            batches.add(
                    shuffled.subList(from, from + size).stream()
                            .mapToInt(Integer::intValue)
                            .toArray());
        }
        return List.copyOf(batches);
    }
}
