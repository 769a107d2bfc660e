/** Tests of MiSS. */
@NullMarked
package io.github.peft4j.tuner.miss;

import org.jspecify.annotations.NullMarked;
