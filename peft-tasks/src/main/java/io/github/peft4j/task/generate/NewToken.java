package io.github.peft4j.task.generate;

/**
 * A token that was just generated.
 *
 * @param row which answer it belongs to: prompts in their order, the answers to one side by side
 * @param id the token; the one that ends a text is told too
 */
public record NewToken(int row, long id) {}
