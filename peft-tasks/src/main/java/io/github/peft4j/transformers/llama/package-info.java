/** Llama 1 to 3 (Touvron et al. 2023). */
@NullMarked
package io.github.peft4j.transformers.llama;

import org.jspecify.annotations.NullMarked;
