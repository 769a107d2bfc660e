/** LoRA's options that reach beyond the layers, on models of several families. */
@NullMarked
package io.github.peft4j.task.lora;

import org.jspecify.annotations.NullMarked;
