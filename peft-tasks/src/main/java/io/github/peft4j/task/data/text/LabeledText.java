package io.github.peft4j.task.data.text;

import io.github.peft4j.task.tokenize.TextInput;
import org.jspecify.annotations.Nullable;

/**
 * An example of text classification or regression.
 *
 * @param text the text
 * @param textPair a second text for the same row, or null
 * @param label what is to be predicted
 */
public record LabeledText(String text, @Nullable String textPair, Label label) {

    /** An example without a second text. */
    public LabeledText(String text, Label label) {
        this(text, null, label);
    }

    /** What a tokenizer encodes. */
    public TextInput input() {
        return textPair == null ? TextInput.of(text) : TextInput.pair(text, textPair);
    }
}
