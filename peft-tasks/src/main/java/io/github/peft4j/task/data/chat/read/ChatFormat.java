package io.github.peft4j.task.data.chat.read;

import io.github.peft4j.task.data.read.Row;
import java.util.List;

/** How a file holds conversations. */
public enum ChatFormat {

    /** {@code messages}: a list of {@code role} and {@code content}. */
    MESSAGES("messages"),

    /** ShareGPT's {@code conversations}: a list of {@code from} and {@code value}. */
    CONVERSATIONS("conversations"),

    /** {@code prompt} and {@code completion}, two texts that are joined as they are. */
    PROMPT_COMPLETION("prompt and completion"),

    /** {@code prompt} and {@code completion}, two lists of messages. */
    PROMPT_COMPLETION_MESSAGES("prompt and completion of messages"),

    /** Alpaca's {@code instruction}, {@code output} and perhaps {@code input}. */
    ALPACA("instruction and output");

    private final String fields;

    ChatFormat(String fields) {
        this.fields = fields;
    }

    /** The fields that tell it, in words. */
    public String fields() {
        return fields;
    }

    /**
     * The format of a row. Fields that name more than one, such as {@code messages} with a copy of
     * the first one as {@code prompt}, mean the one that is listed first here.
     *
     * @throws IllegalArgumentException that lists the row's fields, if they tell none
     */
    static ChatFormat of(Row row) {
        if (row.value("messages") != null) {
            return MESSAGES;
        }
        if (row.value("conversations") != null) {
            return CONVERSATIONS;
        }
        Object prompt = row.value("prompt");
        Object completion = row.value("completion");
        if (prompt != null && completion != null) {
            if (prompt instanceof List != completion instanceof List) {
                throw new IllegalArgumentException(
                        "one of prompt and completion is a list and the other is not. Make both"
                                + " texts, or both lists of messages.");
            }
            return prompt instanceof List ? PROMPT_COMPLETION_MESSAGES : PROMPT_COMPLETION;
        }
        if (row.value("instruction") != null && row.value("output") != null) {
            return ALPACA;
        }
        throw new IllegalArgumentException(
                ("the fields %s are no conversation. Name them messages; conversations; prompt and"
                                + " completion; or instruction, input and output.")
                        .formatted(row.columns()));
    }
}
