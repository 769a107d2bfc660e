/**
 * BOFT, butterfly orthogonal fine-tuning: a frozen layer's input is rotated block by block, and its
 * output rows are scaled.
 *
 * <p>\(W' = s \odot (W R^\top)\) with R block diagonal and orthogonal, \(R_k = (I - S_k)(I +
 * S_k)^{-1}\) for the skew-symmetric part S of a trained square. R starts as the identity and s at
 * one. It merges without loss.
 *
 * <p>Python PEFT builds butterflies of several factors with a CUDA extension alone and else forces
 * {@code boft_n_butterfly_factor} to 1, with a warning; so does this library. With one factor OFT
 * is the same rotation with half of the numbers, so choose BOFT for its scale, or for files that
 * have it.
 *
 * @see <a href="https://arxiv.org/abs/2311.06243">Liu et al. 2023, equation 3</a>
 */
@NullMarked
package io.github.peft4j.tuner.boft;

import org.jspecify.annotations.NullMarked;
