/** Puts LoRA, or the variant that a config asks for, at the matched layers of a model. */
@NullMarked
package io.github.peft4j.tuner.lora.attach;

import org.jspecify.annotations.NullMarked;
