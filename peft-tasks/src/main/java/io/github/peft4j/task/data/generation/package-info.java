/**
 * Texts to be generated: completions, plain texts and blocks for causal models (CAUSAL_LM), inputs
 * and targets for encoder-decoders (SEQ_2_SEQ_LM).
 */
@NullMarked
package io.github.peft4j.task.data.generation;

import org.jspecify.annotations.NullMarked;
