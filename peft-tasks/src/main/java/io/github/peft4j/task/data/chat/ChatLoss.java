package io.github.peft4j.task.data.chat;

/** Which tokens of a conversation count in the loss. */
public enum ChatLoss {

    /**
     * What the assistant writes, with the token that ends its turn; of a prompt and its completion,
     * what the assistant writes in the completion. The head of a turn, such as {@code
     * <|im_start|>assistant}, does not count: a generation begins behind it.
     */
    ASSISTANT,

    /** Every token. */
    ALL,

    /** As {@link #ASSISTANT}, in the assistant's last turn alone. */
    LAST_TURN
}
