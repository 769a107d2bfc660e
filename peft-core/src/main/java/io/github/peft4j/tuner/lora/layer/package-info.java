/**
 * What LoRA puts at one layer, and how a variant of LoRA puts something else there.
 *
 * <p>{@link io.github.peft4j.tuner.lora.layer.PlainLora} makes the adapters of plain LoRA; each
 * variant is one more {@link io.github.peft4j.tuner.lora.layer.LoraVariant}, in a package of its
 * own, made of the same tensors.
 */
@NullMarked
package io.github.peft4j.tuner.lora.layer;

import org.jspecify.annotations.NullMarked;
