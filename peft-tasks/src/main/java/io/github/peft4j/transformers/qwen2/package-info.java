/** Qwen 2 and 2.5 (Yang et al. 2024): a Llama with biases. */
@NullMarked
package io.github.peft4j.transformers.qwen2;

import org.jspecify.annotations.NullMarked;
