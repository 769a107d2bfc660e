/** Tests of trainable tokens. */
@NullMarked
package io.github.peft4j.tuner.trainabletokens;

import org.jspecify.annotations.NullMarked;
