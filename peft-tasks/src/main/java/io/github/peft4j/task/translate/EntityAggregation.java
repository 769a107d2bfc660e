package io.github.peft4j.task.translate;

/** How the labels of tokens become entities, as in Hugging Face's token classification pipeline. */
public enum EntityAggregation {
    /** Each token with a label is an entity of its own, under the label's full name. */
    NONE,
    /** Neighbours of one type are an entity; each token has its own label, even inside a word. */
    SIMPLE,
    /** As SIMPLE, but a word has the label of its first token. */
    FIRST,
    /** As SIMPLE, but a word has the label of its tokens' mean probabilities. */
    AVERAGE,
    /** As SIMPLE, but a word has the label of its most certain token. */
    MAX
}
