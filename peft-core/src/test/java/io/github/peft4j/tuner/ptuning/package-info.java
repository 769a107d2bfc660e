/** Tests of p-tuning. */
@NullMarked
package io.github.peft4j.tuner.ptuning;

import org.jspecify.annotations.NullMarked;
