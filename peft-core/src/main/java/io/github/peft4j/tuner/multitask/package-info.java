/**
 * Multitask prompt tuning (Wang et al. 2023): one prompt for several tasks, times a matrix of low
 * rank for each.
 *
 * <p>\(P_t = P \circ (u_t v_t^\top)\) for a text of task t. A first training learns P on several
 * source tasks; a second one starts from it on a target task.
 *
 * <p>Prefer it to prompt tuning where related tasks have data and the target has little.
 *
 * @see <a href="https://arxiv.org/abs/2303.02861">Wang et al. 2023, section 3</a>
 */
@NullMarked
package io.github.peft4j.tuner.multitask;

import org.jspecify.annotations.NullMarked;
