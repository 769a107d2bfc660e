/** Tests of prompt tuning. */
@NullMarked
package io.github.peft4j.tuner.prompttuning;

import org.jspecify.annotations.NullMarked;
