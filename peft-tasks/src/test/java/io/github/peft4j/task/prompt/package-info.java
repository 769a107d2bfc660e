/** Prompt methods on tiny transformers: what all of them must hold to, training and generation. */
@NullMarked
package io.github.peft4j.task.prompt;

import org.jspecify.annotations.NullMarked;
