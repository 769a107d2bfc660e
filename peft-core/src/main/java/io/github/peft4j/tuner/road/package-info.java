/**
 * RoAd: rotates pairs of a layer's outputs and scales them.
 *
 * <p>\(y' = R\,(W x + b)\), where R turns each pair of outputs by a trained angle θ and multiplies
 * it by a trained factor α: \(\alpha\,[\cos\theta, -\sin\theta; \sin\theta, \cos\theta]\). R is
 * applied elementwise and is never built. That takes as many numbers per layer as there are
 * outputs; two variants give the rows, or all four entries, of each 2 × 2 matrix their own angle
 * and factor. θ = 0 and α = 1 change nothing, so the adapter starts without effect. It merges
 * without loss, into weight and bias.
 *
 * <p>Choose it for very small adapters. Choose LoRA where the size of the adapter should be a
 * choice.
 *
 * @see <a href="https://arxiv.org/abs/2409.00119">Liao and Monz 2024, equation 4</a>
 */
@NullMarked
package io.github.peft4j.tuner.road;

import org.jspecify.annotations.NullMarked;
