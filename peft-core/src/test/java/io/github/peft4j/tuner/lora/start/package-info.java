/** Tests of how A and B start. */
@NullMarked
package io.github.peft4j.tuner.lora.start;

import org.jspecify.annotations.NullMarked;
