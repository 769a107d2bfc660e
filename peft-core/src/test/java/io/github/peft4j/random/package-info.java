/** Tests of random streams. */
@NullMarked
package io.github.peft4j.random;

import org.jspecify.annotations.NullMarked;
