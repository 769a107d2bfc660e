/** Tests of prefix tuning. */
@NullMarked
package io.github.peft4j.tuner.prefixtuning;

import org.jspecify.annotations.NullMarked;
