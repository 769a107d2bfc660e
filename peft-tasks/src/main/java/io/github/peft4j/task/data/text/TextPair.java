package io.github.peft4j.task.data.text;

import io.github.peft4j.task.data.read.RowMapper;

/**
 * A text and the one that belongs to it: prompt and completion, input and target, definition and
 * word.
 */
public record TextPair(String first, String second) {

    /** Refuses texts that say nothing. */
    public TextPair {
        if (first.isBlank() || second.isBlank()) {
            throw new IllegalArgumentException(
                    "the pair ('%s', '%s') lacks a text. Fill in both or leave the pair out."
                            .formatted(first, second));
        }
    }

    /** Reads pairs from two columns. */
    public static RowMapper<TextPair> columns(String first, String second) {
        return RowMapper.of(row -> new TextPair(row.text(first), row.text(second)), first, second);
    }
}
