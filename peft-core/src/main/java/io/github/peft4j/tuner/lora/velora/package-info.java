/**
 * VeLoRA: LoRA that keeps, for the gradient of A, one number for each group of features of its
 * input instead of the features.
 *
 * @see <a href="https://arxiv.org/abs/2405.17991">Miles et al. 2024</a>
 */
@NullMarked
package io.github.peft4j.tuner.lora.velora;

import org.jspecify.annotations.NullMarked;
