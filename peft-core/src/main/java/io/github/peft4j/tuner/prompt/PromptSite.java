package io.github.peft4j.tuner.prompt;

import com.google.common.base.Preconditions;
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
        Preconditions.checkArgument(
                shape.dim() == words.width(),
                "token_dim is %s, but the token embedding of %s has %s features. Set token_dim to"
                        + " %s.",
                shape.dim(),
                model.info().className(),
                words.width(),
                words.width());
    }
}
