/** Tests of multitask prompt tuning. */
@NullMarked
package io.github.peft4j.tuner.multitask;

import org.jspecify.annotations.NullMarked;
