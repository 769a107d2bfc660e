package io.github.peft4j.task.tokenize;

import java.util.Locale;

/** The end of a row at which tokens are cut or padding is put. */
public enum Side {
    /** The beginning of the row. */
    LEFT,
    /** The end of the row. */
    RIGHT;

    /**
     * The side of Hugging Face's name, {@code left} or {@code right}.
     *
     * @throws IllegalArgumentException for any other name
     */
    public static Side of(String name) {
        for (Side side : values()) {
            if (side.name().toLowerCase(Locale.ROOT).equals(name)) {
                return side;
            }
        }
        throw new IllegalArgumentException(
                "Side '%s' does not exist. Use left or right.".formatted(name));
    }
}
