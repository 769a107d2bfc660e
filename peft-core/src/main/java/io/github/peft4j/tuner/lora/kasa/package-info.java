/**
 * KaSA, knowledge-aware singular-value adaptation: the smallest singular parts of a weight, taken
 * for noise, are left out, and the change is trained as one of singular values.
 *
 * @see <a href="https://arxiv.org/abs/2412.06071">Wang et al. 2024</a>
 */
@NullMarked
package io.github.peft4j.tuner.lora.kasa;

import org.jspecify.annotations.NullMarked;
