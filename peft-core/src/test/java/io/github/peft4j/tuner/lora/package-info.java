/** Tests of LoRA. */
@NullMarked
package io.github.peft4j.tuner.lora;

import org.jspecify.annotations.NullMarked;
