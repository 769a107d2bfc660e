/** Tests of X-LoRA's config; what it computes is tested where there are transformers. */
@NullMarked
package io.github.peft4j.tuner.xlora;

import org.jspecify.annotations.NullMarked;
