package io.github.peft4j.task.generate;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableDoubleArray;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import java.util.List;

/**
 * What {@code generate} returns. Rows stand for prompts in their order, the answers to one side by
 * side, the best first.
 *
 * @param sequences token ids as Hugging Face returns them: prompt (padding included) and answer, or
 *     the whole text of a decoder from its start token on; all of one length, shorter ones filled
 * @param promptLength where answers begin
 * @param newTokenCounts tokens of each answer, the one that ends it included, filling not
 * @param scores of beam search: log probability divided by the answer's length to the power of
 *     {@code length_penalty}; empty without
 */
public record GenerationResult(
        List<ImmutableLongArray> sequences,
        int promptLength,
        ImmutableIntArray newTokenCounts,
        ImmutableDoubleArray scores) {

    /** Copies the list. */
    public GenerationResult {
        sequences = ImmutableList.copyOf(sequences);
    }

    /** The answer of a row: its new tokens alone. */
    public ImmutableLongArray newTokens(int row) {
        return sequences
                .get(row)
                .subArray(promptLength, promptLength + newTokenCounts.get(row))
                .trimmed();
    }
}
