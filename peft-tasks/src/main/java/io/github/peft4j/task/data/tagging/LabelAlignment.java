package io.github.peft4j.task.data.tagging;

/** Which tokens of a word carry its label; the others are ignored by the loss. */
public enum LabelAlignment {
    /** The first token alone. */
    FIRST_TOKEN,
    /** All tokens: those after the first of a {@code B-KIND} word carry {@code I-KIND}. */
    ALL_TOKENS
}
