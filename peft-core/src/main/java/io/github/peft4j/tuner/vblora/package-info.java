/**
 * VB-LoRA, vector bank based LoRA: LoRA whose matrices are put together from a few vectors that all
 * layers share.
 *
 * <p>\(y = x W^\top + b + x A^\top B^\top\); each part of A and B is a softmax-weighed sum of the k
 * vectors with the largest logits. A file may hold the k chosen ones only, some bytes a part. It
 * merges without loss. It starts with a small random effect.
 *
 * <p>Choose it where stored adapters must be tiny; while it trains it holds n logits a part, more
 * than LoRA holds numbers. Choose LoRA where that matters.
 *
 * @see <a href="https://arxiv.org/abs/2405.15179">Li et al. 2024</a>
 */
@NullMarked
package io.github.peft4j.tuner.vblora;

import org.jspecify.annotations.NullMarked;
