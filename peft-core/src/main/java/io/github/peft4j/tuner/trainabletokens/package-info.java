/**
 * Trainable tokens: some rows of the token embedding are trained, all others stay.
 *
 * <p>The table's rows at {@code token_indices} are replaced by trained ones, n·dim numbers, which
 * start as they were, so that the adapter starts without effect. An output layer that reads the
 * same table follows. Merging is exact.
 *
 * <p>Choose it for new tokens, markers of roles or tools for example, where the model itself may
 * stay as it is; for a new language train the whole embedding (modules_to_save) beside LoRA.
 */
@NullMarked
package io.github.peft4j.tuner.trainabletokens;

import org.jspecify.annotations.NullMarked;
