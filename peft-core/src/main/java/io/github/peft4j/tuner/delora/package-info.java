/**
 * DeLoRA, decoupled low-rank adaptation: a low-rank change of weight whose directions and whose
 * strength are trained apart.
 *
 * <p>\(W' = W + \frac{\lambda}{r} \Big(\sum_j \frac{b_j a_j^\top}{\lVert b_j \rVert \lVert a_j
 * \rVert}\Big) \mathrm{diag}(n)\) with the rows a_j of A [r, in], the columns b_j of B [out, r] and
 * the norms n [in] of the columns of W. Each of the r terms is a product of unit vectors, so that
 * the one number λ bounds how far the layer can move. It merges without loss.
 *
 * <p>Choose it where LoRA drifts: at large learning rates, or in long trainings. Choose LoRA where
 * other tools must read the adapter, or with plain SGD: B starts at zero and is divided by its own
 * length, so that its first gradients are very large.
 *
 * @see <a href="https://arxiv.org/abs/2503.18225">Bini et al. 2025</a>
 */
@NullMarked
package io.github.peft4j.tuner.delora;

import org.jspecify.annotations.NullMarked;
