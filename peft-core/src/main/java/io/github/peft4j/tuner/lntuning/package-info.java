/**
 * LN tuning: the norms of a model, or any other of its layers, are trained as copies of their own.
 *
 * <p>A copy's weight and bias take the place of the base's; they start equal, so that the adapter
 * starts without effect. Nothing is computed in addition. Merging is exact; two copies of a layer
 * exclude each other.
 *
 * <p>Choose it to make a language model attend to another kind of input with very few numbers, or
 * where LoRA is too much for the data. It cannot be scaled or combined with itself.
 *
 * @see <a href="https://arxiv.org/abs/2312.11420">Zhao et al. 2023, section 3.2</a>
 */
@NullMarked
package io.github.peft4j.tuner.lntuning;

import org.jspecify.annotations.NullMarked;
