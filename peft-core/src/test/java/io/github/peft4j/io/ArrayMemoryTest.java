package io.github.peft4j.io;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrayMemoryTest {

    @Test
    void coversAnArrayPieceByPiece() throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray array = manager.arange(10f).reshape(2, 5);
            List<Long> starts = new ArrayList<>();
            List<Float> values = new ArrayList<>();

            ArrayMemory.forEachPiece(
                    array,
                    4,
                    (first, memory) -> {
                        starts.add(first);
                        while (memory.hasRemaining()) {
                            values.add(memory.getFloat());
                        }
                    });

            assertThat(starts).containsExactly(0L, 4L, 8L);
            assertThat(values).containsExactly(0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f);
        }
    }

    @Test
    void writesThroughToANewArrayAndLeavesNoHandle() throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray array = manager.create(new Shape(2, 5), DataType.FLOAT32);
            int before = manager.getManagedArrays().size();

            ArrayMemory.forEachPiece(
                    array,
                    3,
                    (first, memory) -> {
                        for (long i = first; memory.hasRemaining(); i++) {
                            memory.putFloat((float) i);
                        }
                    });

            assertThat(array.toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
            assertThat(manager.getManagedArrays()).hasSize(before);
        }
    }
}
