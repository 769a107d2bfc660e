/** Tests of FourierFT. */
@NullMarked
package io.github.peft4j.tuner.fourierft;

import org.jspecify.annotations.NullMarked;
