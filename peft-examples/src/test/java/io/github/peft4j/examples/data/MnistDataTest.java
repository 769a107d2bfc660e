package io.github.peft4j.examples.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistDataTest {

    private static final int IMAGES = 0x803;
    private static final int LABELS = 0x801;

    @TempDir private Path folder;

    @Test
    void readsAllImagesOfBothParts() throws Exception {
        MnistData train = MnistData.train();
        MnistData test = MnistData.test();

        assertThat(train.size()).isEqualTo(60_000);
        assertThat(test.size()).isEqualTo(10_000);
        assertThat(train.labels(new int[] {0, 1, 2, 59_999})).containsExactly(5, 0, 4, 8);
        assertThat(test.labels(new int[] {0, 9_999})).containsExactly(7, 6);
        assertThat(test.rowsOf(9)).hasSize(1009).contains(7, 9).doesNotContain(0);
    }

    @Test
    void normalisesToMeanZeroAndDeviationOne() throws Exception {
        MnistData train = MnistData.train();
        int[] rows = Arrays.copyOf(train.rows(), 10_000);
        float[] pixels = train.pixels(rows);
        double sum = 0;
        double squares = 0;
        for (float pixel : pixels) {
            sum += pixel;
            squares += (double) pixel * pixel;
        }
        double mean = sum / pixels.length;
        assertThat(mean).isCloseTo(0, within(0.01));
        assertThat(Math.sqrt(squares / pixels.length - mean * mean)).isCloseTo(1, within(0.01));
    }

    @Test
    void turnsTheBytesOfEachRowIntoFloats() throws Exception {
        byte[] elements = new byte[2 * 784];
        elements[784] = (byte) 255;
        elements[785] = 51;
        MnistData data = MnistData.read(images(2, 28, 28, elements), labels(2, new byte[] {3, 9}));

        float[] pixels = data.pixels(new int[] {1, 0});

        assertThat(pixels).hasSize(2 * 784);
        assertThat(pixels[0]).isCloseTo((1 - 0.1307f) / 0.3081f, within(1e-6f));
        assertThat(pixels[1]).isCloseTo((0.2f - 0.1307f) / 0.3081f, within(1e-6f));
        assertThat(pixels[784]).isCloseTo(-0.1307f / 0.3081f, within(1e-6f));
        assertThat(data.labels(new int[] {1, 0})).containsExactly(9, 3);
    }

    @Test
    void drawsTheSameBatchesForTheSameSeed() throws Exception {
        int[] rows = {4, 5, 6, 7, 8, 9, 10};

        List<int[]> batches = MnistData.batches(rows, 3, 1);

        assertThat(batches).hasSize(2).allMatch(batch -> batch.length == 3);
        int[] drawn = batches.stream().flatMapToInt(Arrays::stream).toArray();
        assertThat(drawn).doesNotHaveDuplicates();
        assertThat(rows).contains(drawn);
        assertThat(MnistData.batches(rows, 3, 1)).usingRecursiveComparison().isEqualTo(batches);
        assertThat(MnistData.batches(rows, 3, 2)).usingRecursiveComparison().isNotEqualTo(batches);
        assertThatThrownBy(() -> MnistData.batches(rows, 0, 1))
                .hasMessage("Batch size is 0, must be at least 1.");
    }

    @Test
    void refusesFilesOfAnotherKind() throws Exception {
        Path labels = labels(1, new byte[1]);
        Path images = images(1, 28, 28, new byte[784]);

        assertRefused(labels, labels, "labels starts with 2049 instead of the magic number 2051");
        assertRefused(images, images, "images starts with 2051 instead of the magic number 2049");
        Path plain = Files.write(folder.resolve("plain"), new byte[100]);
        assertRefused(plain, labels, "plain is no intact gzip file");
        Path empty = Files.createFile(folder.resolve("empty"));
        assertRefused(empty, labels, "empty is cut off");
    }

    @Test
    void refusesSizesThatDoNotFit() throws Exception {
        Path labels = labels(2, new byte[2]);

        assertRefused(
                images(2, 28, 27, new byte[2 * 28 * 27]), labels, "holds images of 28 x 27, not");
        assertRefused(images(1, 28, 28, new byte[784]), labels, "images holds 1 images, but ");
        assertRefused(images(2, 28, 28, new byte[1000]), labels, "ends after 1000 of 1568");
        assertRefused(images(2, 28, 28, new byte[1569]), labels, "goes on after its 1568");
        assertRefused(images(-1, 28, 28, new byte[0]), labels, "claims size -1 on axis 0");
        assertRefused(images(1 << 30, 28, 28, new byte[0]), labels, "claims size 28 on axis 1");
    }

    @Test
    void refusesAFileThatIsCutOff() throws Exception {
        Path whole = images(2, 28, 28, new byte[2 * 784]);
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, bytes.length / 2));
        assertRefused(cut, labels(2, new byte[2]), "cut is cut off");
    }

    @Test
    void refusesLabelsThatAreNoDigits() throws Exception {
        Path images = images(2, 28, 28, new byte[2 * 784]);
        assertRefused(
                images,
                labels(2, new byte[] {9, (byte) 200}),
                "labels has label 200 at row 1, not a digit");
    }

    private static void assertRefused(Path images, Path labels, String text) {
        assertThatThrownBy(() -> MnistData.read(images, labels))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(text);
    }

    private Path images(int count, int height, int width, byte[] elements) throws IOException {
        return idx("images", elements, IMAGES, count, height, width);
    }

    private Path labels(int count, byte[] elements) throws IOException {
        return idx("labels", elements, LABELS, count);
    }

    private Path idx(String name, byte[] elements, int... header) throws IOException {
        Path file = folder.resolve(name);
        try (DataOutputStream out =
                new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
            for (int value : header) {
                out.writeInt(value);
            }
            out.write(elements);
        }
        return file;
    }
}
