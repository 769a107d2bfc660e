/**
 * DoRA, weight-decomposed low-rank adaptation: LoRA changes the direction of each row of the
 * weight, and a vector of its own holds the rows' lengths.
 *
 * <p>\(W' = m \odot (W + s B A) / \lVert W + s B A \rVert\), with m trained, one number an output
 * feature, and the lengths taken by rows and without gradient. Costs more than LoRA in training,
 * where the lengths change with each step, and nothing more once merged.
 *
 * @see <a href="https://arxiv.org/abs/2402.09353">Liu et al. 2024</a>
 */
@NullMarked
package io.github.peft4j.tuner.lora.dora;

import org.jspecify.annotations.NullMarked;
