/** Tests of the operations of LoRA's variants. */
@NullMarked
package io.github.peft4j.ops.lora;

import org.jspecify.annotations.NullMarked;
