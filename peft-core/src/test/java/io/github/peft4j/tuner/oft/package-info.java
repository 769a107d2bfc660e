/** Tests of OFT. */
@NullMarked
package io.github.peft4j.tuner.oft;

import org.jspecify.annotations.NullMarked;
