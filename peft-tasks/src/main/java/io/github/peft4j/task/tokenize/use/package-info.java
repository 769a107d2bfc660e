/** What a tokenizer may be used for. Not for use outside. */
@NullMarked
package io.github.peft4j.task.tokenize.use;

import org.jspecify.annotations.NullMarked;
