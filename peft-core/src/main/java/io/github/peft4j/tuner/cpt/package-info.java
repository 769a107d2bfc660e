/**
 * Context-aware prompt tuning (Blau et al. 2024): examples in the prompt, moved a little by
 * training.
 *
 * <p>\(P = E(c) + \Delta\) with the embeddings of a context c of examples, frozen, and trained
 * \(\Delta\) whose rows stay short. The labels inside the context count in the loss too.
 *
 * <p>Prefer it for a few dozen examples, which stand in the context themselves. For language
 * models.
 *
 * @see <a href="https://arxiv.org/abs/2410.17222">Blau et al. 2024, section 3</a>
 */
@NullMarked
package io.github.peft4j.tuner.cpt;

import org.jspecify.annotations.NullMarked;
