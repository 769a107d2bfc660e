/** Models that are made of trained LoRA adapters. */
@NullMarked
package io.github.peft4j.task.lora;

import org.jspecify.annotations.NullMarked;
