package io.github.peft4j.io;

import static io.github.peft4j.io.TensorFiles.resource;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What reading in pieces rests on; a tensor of more than one piece would take a gigabyte. */
class TensorFileTest {

    private static float[] read(String file, String name, int firstElement, int count)
            throws IOException {
        try (TensorFile in = TensorFile.open(resource(file), false)) {
            TensorEntry entry = requireNonNull(in.readHeader().tensors().get(name));
            ByteBuffer target =
                    ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            in.read(entry, firstElement, target);
            float[] values = new float[count];
            target.flip().asFloatBuffer().get(values);
            return values;
        }
    }

    @Test
    void startsAtTheElementAskedFor() throws IOException {
        assertThat(read("python/no-metadata.safetensors", "w", 2, 3)).containsExactly(2, 3, 4);
    }

    @Test
    void startsAtTheHalfAskedFor() throws IOException {
        String file = "python/halves.safetensors";

        float[] tail = read(file, "bf16", 100, 20);

        float[] all = read(file, "bf16.float", 0, 120);
        assertThat(tail).isEqualTo(Arrays.copyOfRange(all, 100, 120));
    }
}
