package io.github.peft4j.task.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.config.SpecialTokens;
import io.github.peft4j.task.tokenize.Side;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromptBatchTest {

    private static final SpecialTokens TOKENS =
            GenerationConfig.builder().optPadTokenId(0).optEosTokenId(2).build().tokens();

    @Test
    void fillsPromptsUpOnTheSideAskedFor() {
        List<long[]> prompts = List.of(new long[] {5, 6, 7}, new long[] {8});

        PromptBatch left = PromptBatch.padded(prompts, 9, Side.LEFT);
        PromptBatch right = PromptBatch.padded(prompts, 9, Side.RIGHT);

        assertThat(left.ids(1)).containsExactly(9, 9, 8);
        assertThat(right.ids(1)).containsExactly(8, 9, 9);
        assertThat(left.mask(TOKENS)).isDeepEqualTo(new long[][] {{1, 1, 1}, {0, 0, 1}});
        assertThat(right.mask(TOKENS)).isDeepEqualTo(new long[][] {{1, 1, 1}, {1, 0, 0}});
    }

    @Test
    void seesPaddingByItsTokenUnlessThatTokenAlsoEndsTexts() {
        PromptBatch prompts = PromptBatch.of(new long[][] {{0, 5}, {6, 7}});
        SpecialTokens same =
                GenerationConfig.builder().optPadTokenId(0).optEosTokenId(0).build().tokens();

        assertThat(prompts.mask(TOKENS)).isDeepEqualTo(new long[][] {{0, 1}, {1, 1}});
        assertThat(prompts.mask(same)).isNull();
    }

    @Test
    void needsNoMaskWhereNothingIsPadding() {
        assertThat(PromptBatch.of(new long[][] {{5}}, new long[][] {{1}}).mask(TOKENS)).isNull();
    }

    @Test
    void refusesEmptyAndRaggedPromptsAndMasksThatMaskAll() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PromptBatch.of(new long[0][]))
                .withMessageContaining("There is no prompt: input_ids has 0 rows of 0 tokens.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PromptBatch.of(new long[][] {{}}))
                .withMessageContaining("There is no prompt: input_ids has 1 rows of 0 tokens.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PromptBatch.of(new long[][] {{1, 2}, {3}}))
                .withMessageContaining("Row 1 has 1 ids, row 0 has 2 tokens. Pad all");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PromptBatch.of(new long[][] {{1}}, new long[][] {{0}}))
                .withMessageContaining("The mask of row 0 is [0]. Give 1 for a token");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PromptBatch.of(new long[][] {{1}}, new long[][] {}))
                .withMessageContaining("There are 1 prompts and 0 masks.");
    }
}
