/** Differentiable operations of LoRA's variants, each in one call. */
@NullMarked
package io.github.peft4j.ops.lora;

import org.jspecify.annotations.NullMarked;
