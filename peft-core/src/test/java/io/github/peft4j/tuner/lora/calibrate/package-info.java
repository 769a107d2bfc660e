/** Tests of starts that data decide. */
@NullMarked
package io.github.peft4j.tuner.lora.calibrate;

import org.jspecify.annotations.NullMarked;
