/** Tests of what LoRA puts at a layer. */
@NullMarked
package io.github.peft4j.tuner.lora.layer;

import org.jspecify.annotations.NullMarked;
