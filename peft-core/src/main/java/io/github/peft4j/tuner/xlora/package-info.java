/**
 * X-LoRA, a mixture of LoRA experts: a small classifier reads the base's last hidden state and
 * decides, token by token, how much of each frozen LoRA adapter acts.
 *
 * <p>\(y = W x + b + g \sum_k s_k\, c_k B_k A_k x\) with \(s = \mathrm{softmax}(f(h) / T)\), where
 * h [H] is the last hidden state of a first pass over the same input, f one or more linear layers,
 * c_k the scale of expert k and g {@code global_scaling_weight}. Only f is trained. Two passes a
 * call, so about twice the time.
 *
 * <p>Choose it where several trained LoRA adapters exist and a text may need another mix of them at
 * each token. It neither merges nor starts without effect, and generation computes the whole
 * sequence anew at each step. Where one adapter serves a text, switch between them instead.
 *
 * @see <a href="https://arxiv.org/abs/2402.07148">Buehler and Buehler 2024</a>
 */
@NullMarked
package io.github.peft4j.tuner.xlora;

import org.jspecify.annotations.NullMarked;
