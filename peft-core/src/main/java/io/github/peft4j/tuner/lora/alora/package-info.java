/**
 * Activated LoRA: an adapter that acts from its invocation tokens on.
 *
 * <p>Positions before the invocation are computed by the base alone, so that their keys and values
 * may be shared with it, and with other such adapters.
 */
@NullMarked
package io.github.peft4j.tuner.lora.alora;

import org.jspecify.annotations.NullMarked;
