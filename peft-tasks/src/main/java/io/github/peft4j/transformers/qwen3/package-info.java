/** Qwen 3 (Yang et al. 2025): a Llama with norms on heads. */
@NullMarked
package io.github.peft4j.transformers.qwen3;

import org.jspecify.annotations.NullMarked;
