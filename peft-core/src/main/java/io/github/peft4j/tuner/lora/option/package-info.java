/** Settings of LoRA's variants, as they stand in {@code adapter_config.json}. */
@NullMarked
package io.github.peft4j.tuner.lora.option;

import org.jspecify.annotations.NullMarked;
