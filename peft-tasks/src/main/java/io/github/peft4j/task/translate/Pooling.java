package io.github.peft4j.task.translate;

/** How the hidden states of tokens become one vector for the text. */
public enum Pooling {
    /** The mean over the tokens, special ones included and padding not. */
    MEAN,
    /** The hidden state of the first token, e.g. {@code [CLS]}. */
    FIRST_TOKEN,
    /** What the model's pooler made of the first token: its second output. */
    POOLER
}
