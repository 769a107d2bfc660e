package io.github.peft4j.cli.generate;

import io.github.peft4j.task.generate.PromptBatch;
import io.github.peft4j.task.tokenize.Encoding;
import java.util.List;

/**
 * A prompt of a file.
 *
 * @param where it stands, for errors
 * @param text as the model reads it
 * @param tokens its ids
 */
public record Prompt(String where, String text, Encoding tokens) {

    /** The prompt as a batch of one. */
    public PromptBatch batch() {
        return PromptBatch.of(List.of(tokens));
    }
}
