/**
 * From text to batches: tokens, datasets read from files, and batches of near-equal length.
 *
 * <p>A {@link io.github.peft4j.task.data.Tokenizer} turns texts into tokens, a {@link
 * io.github.peft4j.task.data.TokenDataset} keeps them in flat arrays, a {@link
 * io.github.peft4j.task.data.BatchLoader} cuts it into batches, and a {@link
 * io.github.peft4j.task.data.TokenBatch} becomes the {@link io.github.peft4j.model.ModelInput} of a
 * step. Every text is tokenized once; no array of the engine exists before a step asks for it.
 */
@NullMarked
package io.github.peft4j.task.data;

import org.jspecify.annotations.NullMarked;
