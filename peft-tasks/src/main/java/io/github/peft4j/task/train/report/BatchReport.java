package io.github.peft4j.task.train.report;

import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.task.data.TokenBatch;

/**
 * A batch right after its backward pass.
 *
 * @param step number of the optimizer step that it belongs to, from 0
 * @param batch the examples; labels are in {@code batch.columns()}
 * @param output the loss, and logits where they cost nothing or a listener {@linkplain
 *     TrainerListener#readsLogits reads} them; its arrays are closed after the call
 */
public record BatchReport(long step, TokenBatch batch, ModelOutput output) {}
