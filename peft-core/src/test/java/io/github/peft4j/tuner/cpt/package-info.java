/** Tests of context-aware prompt tuning. */
@NullMarked
package io.github.peft4j.tuner.cpt;

import org.jspecify.annotations.NullMarked;
