/** Mistral (Jiang et al. 2023): a Llama with sliding windows. */
@NullMarked
package io.github.peft4j.transformers.mistral;

import org.jspecify.annotations.NullMarked;
