/**
 * LoRA, low-rank adaptation: a frozen layer gets a product of two thin matrices added.
 *
 * <p>\(y = x W^\top + s\,x A^\top B^\top\) with A [r, in], B [out, r] and \(s = \alpha / r\), or
 * \(\alpha / \sqrt r\) with {@code use_rslora}. Only A and B are trained, r·(in + out) numbers a
 * layer; B starts at zero, so that the adapter starts without effect. It merges into the weight
 * without loss.
 *
 * <p>The first method to try: cheap, well understood, and known to every tool. Choose another one
 * where even r = 1 is too large, or where the change is not of low rank.
 *
 * @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021</a>
 */
@NullMarked
package io.github.peft4j.tuner.lora;

import org.jspecify.annotations.NullMarked;
