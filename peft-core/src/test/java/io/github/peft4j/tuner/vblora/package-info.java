/** Tests of VB-LoRA. */
@NullMarked
package io.github.peft4j.tuner.vblora;

import org.jspecify.annotations.NullMarked;
