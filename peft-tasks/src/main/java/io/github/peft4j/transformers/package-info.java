/** Loads Hugging Face checkpoints as models: {@link io.github.peft4j.transformers.Transformers}. */
@NullMarked
package io.github.peft4j.transformers;

import org.jspecify.annotations.NullMarked;
