/** Tests of a variant of LoRA. */
@NullMarked
package io.github.peft4j.tuner.lora.monteclora;

import org.jspecify.annotations.NullMarked;
