package io.github.peft4j.task.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.types.Shape;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.task.tokenize.Side;
import org.junit.jupiter.api.Test;

class RaggedIntsTest {

    private static final RaggedInts ROWS =
            RaggedInts.builder().add(1, 2, 3).add().add(4).add(5, 6).build();

    @Test
    void keepsRowsOfDifferentLengths() {
        assertThat(ROWS.size()).isEqualTo(4);
        assertThat(ROWS.length(1)).isZero();
        assertThat(ROWS.row(3)).isEqualTo(ImmutableIntArray.of(5, 6));
        assertThat(ROWS.get(0, 2)).isEqualTo(3);
    }

    @Test
    void padsOnEitherSide() {
        HostArray.Int64 right = ROWS.padded(new int[] {2, 0}, -100, Side.RIGHT);
        HostArray.Int64 left = ROWS.padded(new int[] {2, 0}, 9, Side.LEFT);

        assertThat(right.shape()).isEqualTo(new Shape(2, 3));
        assertThat(right.values()).containsExactly(4, -100, -100, 1, 2, 3);
        assertThat(left.values()).containsExactly(9, 9, 4, 1, 2, 3);
        assertThat(ROWS.mask(new int[] {3, 0}, Side.LEFT).values())
                .containsExactly(0, 1, 1, 1, 1, 1);
    }

    @Test
    void refusesStartsThatCutNoRows() {
        ImmutableIntArray values = ImmutableIntArray.of(1, 2, 3);
        for (ImmutableIntArray starts :
                new ImmutableIntArray[] {
                    ImmutableIntArray.of(),
                    ImmutableIntArray.of(1, 3),
                    ImmutableIntArray.of(0, 2),
                    ImmutableIntArray.of(0, 2, 1, 3)
                }) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new RaggedInts(values, starts))
                    .withMessageContaining("do not cut 3 values into rows");
        }
    }
}
