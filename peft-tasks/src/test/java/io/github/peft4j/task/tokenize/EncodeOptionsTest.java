package io.github.peft4j.task.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class EncodeOptionsTest {

    private static void refuses(UnaryOperator<EncodeOptions.Builder> change, String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> change.apply(EncodeOptions.builder()).build())
                .withMessageContaining(text);
    }

    @Test
    void refusesOptionsWithoutEffect() {
        refuses(b -> b.optMaxLength(8), "maxLength 8 has no effect");
        refuses(b -> b.optOverflowWindows(true), "needs truncation");
        refuses(b -> b.optPadToMultipleOf(8), "padToMultipleOf 8 has no effect");
        refuses(
                b -> b.optTruncation(TruncationStrategy.LONGEST_FIRST).optStride(2),
                "stride 2 has no effect");
    }

    @Test
    void refusesValuesOutOfRange() {
        refuses(b -> b.optMaxLength(0), "maxLength 0 is not positive");
        refuses(b -> b.optStride(-1), "stride -1 is negative");
        refuses(b -> b.optPadToMultipleOf(0), "padToMultipleOf 0 is not positive");
    }

    @Test
    void buildsTheSameOptionsAgain() {
        EncodeOptions options =
                EncodeOptions.builder()
                        .optAddSpecialTokens(false)
                        .optTruncation(TruncationStrategy.ONLY_FIRST)
                        .optMaxLength(12)
                        .optStride(3)
                        .optOverflowWindows(true)
                        .optPadding(PaddingStrategy.MAX_LENGTH)
                        .optPadToMultipleOf(4)
                        .optPaddingSide(Side.LEFT)
                        .optTruncationSide(Side.LEFT)
                        .build();

        assertThat(options.toBuilder().build()).isEqualTo(options);
    }
}
