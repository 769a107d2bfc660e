/** Tests of AdaLoRA. */
@NullMarked
package io.github.peft4j.tuner.adalora;

import org.jspecify.annotations.NullMarked;
