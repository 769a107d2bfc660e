/**
 * AdaLoRA, adaptive low-rank adaptation: LoRA in the form of a singular value decomposition, whose
 * less important ranks are taken away over the training, so that layers that need more keep more.
 *
 * <p>\(y = x W^\top + \frac{s}{n} x (A \odot E)^\top B^\top\), with a term of the loss that keeps A
 * and B near orthogonal. Ranks are compared over all layers, by how much the loss depends on them.
 * It merges without loss.
 *
 * <p>Choose it where the best rank of each layer is unknown and a training is long enough to find
 * out, some hundreds of steps at least; choose LoRA where it is not, or where several adapters
 * train at once.
 *
 * @see <a href="https://arxiv.org/abs/2303.10512">Zhang et al. 2023</a>
 */
@NullMarked
package io.github.peft4j.tuner.adalora;

import org.jspecify.annotations.NullMarked;
