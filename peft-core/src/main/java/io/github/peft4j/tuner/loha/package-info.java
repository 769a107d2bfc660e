/**
 * LoHa, low-rank Hadamard product: adds \(s\,(A_1 B_1) \odot (A_2 B_2)\) to the weight of a frozen
 * layer.
 *
 * <p>With twice LoRA's numbers for a rank r, the change has rank up to r². B2 starts at zero, so
 * that the adapter starts without effect. It merges without loss.
 *
 * <p>Choose it where a change of high rank is wanted of few numbers, as for images; choose LoRA
 * where adapters are combined or speed counts, since an elementwise product costs more to apply.
 *
 * @see <a href="https://arxiv.org/abs/2108.06098">Hyeon-Woo et al. 2021, proposition 1</a>
 * @see <a href="https://arxiv.org/abs/2309.14859">Yeh et al. 2023, section 3</a>
 */
@NullMarked
package io.github.peft4j.tuner.loha;

import org.jspecify.annotations.NullMarked;
