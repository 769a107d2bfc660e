/** Tests of how LoRA's adapters are put at layers. */
@NullMarked
package io.github.peft4j.tuner.lora.attach;

import org.jspecify.annotations.NullMarked;
