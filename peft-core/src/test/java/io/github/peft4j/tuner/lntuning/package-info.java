/** Tests of LN tuning. */
@NullMarked
package io.github.peft4j.tuner.lntuning;

import org.jspecify.annotations.NullMarked;
