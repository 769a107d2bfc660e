/** Tests of LoKr. */
@NullMarked
package io.github.peft4j.tuner.lokr;

import org.jspecify.annotations.NullMarked;
