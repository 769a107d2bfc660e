/**
 * FourierFT: adds the inverse Fourier transform of a few trained frequencies to the weight of a
 * frozen layer.
 *
 * <p>\(W + s\,\mathrm{Re}\,\mathcal{F}^{-1}(F)\), with n trained numbers in F at places that a seed
 * decides. It merges without loss. By default it starts random and so with an effect.
 *
 * <p>Choose it for the smallest adapters that still reach every weight: some thousand numbers a
 * layer whatever its size. Each pass computes a matrix of the size of the weight, so training costs
 * more time and memory than LoRA.
 *
 * @see <a href="https://arxiv.org/abs/2405.03003">Gao et al. 2024, equations 2 to 4</a>
 */
@NullMarked
package io.github.peft4j.tuner.fourierft;

import org.jspecify.annotations.NullMarked;
