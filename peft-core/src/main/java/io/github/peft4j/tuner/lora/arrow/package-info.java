/** Arrow: routes each token to trained LoRA adapters, without training a router. */
@NullMarked
package io.github.peft4j.tuner.lora.arrow;

import org.jspecify.annotations.NullMarked;
