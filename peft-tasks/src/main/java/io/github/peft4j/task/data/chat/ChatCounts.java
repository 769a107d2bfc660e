package io.github.peft4j.task.data.chat;

/**
 * What a {@link ChatDataset} was made of.
 *
 * @param rows rows that it has
 * @param turns turns of the assistant in them; a completion is one
 * @param emptyTurns those of them that say nothing and call nothing: the model learns to stop there
 * @param tokens tokens of the rows
 * @param countedTokens tokens that count in the loss; the first of a row never does, as nothing
 *     predicts it
 * @param overlong conversations that were too long, whether cut or left out
 * @param withoutCounted conversations that were left out because none of their tokens counts: they
 *     have no turn of the assistant, or lost it when they were cut
 * @param mergedStarts turns whose first characters share a token with the head before them, so that
 *     the model is trained on another end of the head than it sees in a generation
 */
public record ChatCounts(
        int rows,
        int turns,
        int emptyTurns,
        long tokens,
        long countedTokens,
        int overlong,
        int withoutCounted,
        int mergedStarts) {}
