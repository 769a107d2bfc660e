/**
 * VeRA, vector-based random matrix adaptation: all layers share one pair of frozen random matrices,
 * and each trains two vectors that weigh their rows.
 *
 * <p>\(y = x W^\top + b \odot (B (d \odot (A x)))\) with A [r, in], B [out, r] drawn from a seed. r
 * + out numbers are trained a layer, about a tenth of LoRA's; b starts at zero, so that the adapter
 * starts without effect. It merges without loss.
 *
 * <p>Choose it for many adapters over one base. It needs a large rank (256) and so more time than
 * LoRA of rank 8; choose LoRA where a few MB an adapter do not matter.
 *
 * @see <a href="https://arxiv.org/abs/2310.11454">Kopiczko et al. 2023, equation 2</a>
 */
@NullMarked
package io.github.peft4j.tuner.vera;

import org.jspecify.annotations.NullMarked;
