/** What changes the scores of the next token before one is chosen. */
@NullMarked
package io.github.peft4j.task.generate.logits;

import org.jspecify.annotations.NullMarked;
