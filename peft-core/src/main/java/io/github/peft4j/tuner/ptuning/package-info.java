/**
 * P-tuning (Liu et al. 2021): prompt tuning whose table is made by a small network while it trains.
 *
 * <p>\(P = g(T)\) with a trained table T of shape [n, H] and g an MLP, or a bidirectional LSTM and
 * an MLP. The file holds P alone.
 *
 * <p>Prefer it to prompt tuning where that trains slowly; the network costs parameters in training
 * only. Training cannot go on from a file.
 *
 * @see <a href="https://arxiv.org/abs/2103.10385">Liu et al. 2021, section 3.2</a>
 */
@NullMarked
package io.github.peft4j.tuner.ptuning;

import org.jspecify.annotations.NullMarked;
