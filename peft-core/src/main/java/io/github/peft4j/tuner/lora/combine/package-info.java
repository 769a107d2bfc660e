/**
 * Sums of LoRA adapters, and other adapters in the form of LoRA.
 *
 * <p>Adapters of LoRA are added on their factors or on their products, see {@link
 * io.github.peft4j.combine.CombinationType}; a result that is no product of the wanted rank is cut
 * to it by its singular value decomposition.
 */
@NullMarked
package io.github.peft4j.tuner.lora.combine;

import org.jspecify.annotations.NullMarked;
