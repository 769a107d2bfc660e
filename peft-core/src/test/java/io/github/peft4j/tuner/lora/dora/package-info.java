/** Tests of DoRA. */
@NullMarked
package io.github.peft4j.tuner.lora.dora;

import org.jspecify.annotations.NullMarked;
