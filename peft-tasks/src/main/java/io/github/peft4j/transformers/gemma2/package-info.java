/** Gemma 2 (Gemma Team 2024): its layer and family. */
@NullMarked
package io.github.peft4j.transformers.gemma2;

import org.jspecify.annotations.NullMarked;
