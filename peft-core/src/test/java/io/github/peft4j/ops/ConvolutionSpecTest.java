package io.github.peft4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.primitives.ImmutableLongArray;
import org.junit.jupiter.api.Test;

class ConvolutionSpecTest {

    @Test
    void oneNumberCountsForEveryAxis() {
        ConvolutionSpec form = ConvolutionSpec.plain(2).withStride(2).withPadding(1, 0);

        assertThat(form.stride()).containsExactly(2L, 2L);
        assertThat(form.numbers()).isEqualTo(ImmutableLongArray.of(2, 2, 1, 0, 1, 1, 1));
    }

    @Test
    void countsOutputsAlongAnAxis() {
        ConvolutionSpec form = ConvolutionSpec.plain(1).withStride(2).withPadding(1);

        assertThat(form.outputs(0, 11, 3)).isEqualTo(6);
        assertThat(form.withDilation(3).outputs(0, 11, 3)).isEqualTo(4);
    }

    @Test
    void refusesStepsOfZeroAndOtherNumbersOfAxes() {
        ConvolutionSpec form = ConvolutionSpec.plain(2);

        assertThatThrownBy(() -> form.withStride(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The stride is [0, 0]; each must be at least 1.");
        assertThatThrownBy(() -> form.withPadding(1, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one number for each of 1 to 3 axes");
        assertThatThrownBy(() -> form.withGroups(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 groups");
    }
}
