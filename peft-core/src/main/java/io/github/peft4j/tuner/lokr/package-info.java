/**
 * LoKr, low-rank Kronecker product: adds \(s\,W_1 \otimes W_2\) to the weight of a frozen layer.
 *
 * <p>The factors are about as large as the root of the weight; the second is, where that saves
 * numbers, a product of two thin matrices. The first starts at zero, so that the adapter starts
 * without effect. It merges without loss.
 *
 * <p>Choose it for the fewest numbers a change of full rank can have. A Kronecker product repeats
 * one pattern all over the weight; where parts of a layer must change apart, LoRA gets further.
 *
 * @see <a href="https://arxiv.org/abs/2309.14859">Yeh et al. 2023, section 3</a>
 */
@NullMarked
package io.github.peft4j.tuner.lokr;

import org.jspecify.annotations.NullMarked;
