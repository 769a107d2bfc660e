package io.github.peft4j.tuner.prompt;

import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.BaseModel;

/**
 * Where a prompt goes.
 *
 * @param model the base
 * @param task what is trained: it decides what else of a call changes
 * @param words the base's token embedding
 * @param shape the prompt's sizes
 */
public record PromptSite(BaseModel model, TaskType task, WordEmbedding words, PromptShape shape) {

    /**
     * Refuses a prompt whose tokens are not as wide as the model's.
     *
     * @throws IllegalArgumentException if they are not
     */
    public void requireWidthOfWords() {
        if (shape.dim() != words.width()) {
            throw new IllegalArgumentException(
                    "token_dim is "
                            + shape.dim()
                            + ", but the token embedding of "
                            + model.info().className()
                            + " has "
                            + words.width()
                            + " features. Set token_dim to "
                            + words.width()
                            + ".");
        }
    }
}
