/**
 * MiSS, matrix shard sharing: every r columns of the weight get the same trained block added.
 *
 * <p>\(y = x W^\top + b + \big(\sum_n x_n\big) D\), where the input is cut into chunks x_n [r] (the
 * last one filled with zeros) and D [r, out] is trained: \(\Delta W_{oi} = D_{i \bmod r,\, o}\).
 * r·out numbers a layer and one thin product, whatever the input's width. D starts at zero, so that
 * the adapter starts without effect. It merges without loss. {@code mini} repeats a narrower block
 * along the outputs; {@code bat} lets the change depend on the weight, \(\Delta W_{bk} = W_{bk} D_b
 * + D_b\) for each square block.
 *
 * <p>Choose it where LoRA's two factors are too slow or too many: it has fewer numbers than LoRA of
 * the same r on wide inputs and no second product. Choose LoRA where adapters are to be scaled or
 * averaged by tools that know LoRA alone.
 *
 * @see <a href="https://arxiv.org/abs/2409.15371">Kang and Yin 2024, sections 3.2 and 3.3</a>
 */
@NullMarked
package io.github.peft4j.tuner.miss;

import org.jspecify.annotations.NullMarked;
