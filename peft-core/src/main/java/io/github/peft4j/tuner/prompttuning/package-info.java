/**
 * Prompt tuning (Lester et al. 2021): a trained table of embeddings in front of every text.
 *
 * <p>\(f([P; E(x)])\) in place of \(f(E(x))\), with P of shape [n, H] and the base f frozen.
 *
 * <p>Prefer it where an adapter must be tiny (n H numbers) and the base is large; small bases learn
 * slowly from it, and LoRA gets further.
 *
 * @see <a href="https://arxiv.org/abs/2104.08691">Lester et al. 2021, section 2</a>
 */
@NullMarked
package io.github.peft4j.tuner.prompttuning;

import org.jspecify.annotations.NullMarked;
