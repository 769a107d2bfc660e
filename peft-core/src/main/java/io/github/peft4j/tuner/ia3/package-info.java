/**
 * IA3, infused adapter by inhibiting and amplifying inner activations: a frozen layer's outputs, or
 * the inputs of a feed-forward layer, are multiplied by a trained vector.
 *
 * <p>\(y = l \odot (x W^\top + b)\) with l [out], or \(y = (l \odot x) W^\top + b\) with l [in].
 * Only l is trained, out or in numbers a layer; it starts at one, so that the adapter starts
 * without effect. It merges into weight and bias without loss.
 *
 * <p>One of the smallest methods: choose it for many tasks over one base or for few examples, with
 * a learning rate about ten times LoRA's. Choose LoRA where a task needs more than a re-weighting
 * of what the base computes already.
 *
 * @see <a href="https://arxiv.org/abs/2205.05638">Liu et al. 2022, section 3.3</a>
 */
@NullMarked
package io.github.peft4j.tuner.ia3;

import org.jspecify.annotations.NullMarked;
