/** Tests of what all methods share. */
@NullMarked
package io.github.peft4j.tuner;

import org.jspecify.annotations.NullMarked;
