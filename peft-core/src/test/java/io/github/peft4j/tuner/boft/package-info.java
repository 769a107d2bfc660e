/** Tests of BOFT. */
@NullMarked
package io.github.peft4j.tuner.boft;

import org.jspecify.annotations.NullMarked;
