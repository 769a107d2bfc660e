/** Tests of RoAd. */
@NullMarked
package io.github.peft4j.tuner.road;

import org.jspecify.annotations.NullMarked;
