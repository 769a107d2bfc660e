/**
 * MonteCLoRA: trains LoRA with noise on A, whose size is learned towards a prior, so that the
 * result depends less on learning rates and batches.
 *
 * @see <a href="https://arxiv.org/abs/2411.04358">Sengupta et al. 2024</a>
 */
@NullMarked
package io.github.peft4j.tuner.lora.monteclora;

import org.jspecify.annotations.NullMarked;
