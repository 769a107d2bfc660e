/**
 * Prefix tuning (Li and Liang 2021): trained keys and values in front of those of every layer.
 *
 * <p>\(\mathrm{softmax}(Q [K_P; K]^\top / \sqrt{H}) [V_P; V]\), with \(K_P\) and \(V_P\) of shape
 * [n, D] for each layer.
 *
 * <p>Prefer it to prompt tuning where more capacity is wanted: it reaches every layer. Needs a
 * model that takes keys and values from outside.
 *
 * @see <a href="https://arxiv.org/abs/2101.00190">Li and Liang 2021, section 4</a>
 */
@NullMarked
package io.github.peft4j.tuner.prefixtuning;

import org.jspecify.annotations.NullMarked;
