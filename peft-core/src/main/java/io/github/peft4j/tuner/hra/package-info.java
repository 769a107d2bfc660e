/**
 * HRA, Householder reflection adaptation: a frozen weight is multiplied by a product of
 * reflections.
 *
 * <p>\(W' = W \prod_j (I - 2 u_j u_j^\top / \lVert u_j \rVert^2)\) with r trained vectors u of the
 * length of a row of W. An even r starts as pairs of equal vectors, whose reflections cancel. It
 * merges without loss.
 *
 * <p>Choose it where the angles between a layer's inputs should stay as they are, with about half
 * of LoRA's numbers. Choose LoRA where adapters must be scaled, averaged or added up: products of
 * reflections do neither.
 *
 * @see <a href="https://arxiv.org/abs/2405.17484">Yuan et al. 2024, equation 4</a>
 */
@NullMarked
package io.github.peft4j.tuner.hra;

import org.jspecify.annotations.NullMarked;
