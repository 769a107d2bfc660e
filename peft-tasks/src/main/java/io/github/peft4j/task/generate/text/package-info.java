/**
 * Text in, text out: where tokenizer, generation and decoding meet. Start with {@link
 * io.github.peft4j.task.generate.text.TextGenerator}.
 */
@NullMarked
package io.github.peft4j.task.generate.text;

import org.jspecify.annotations.NullMarked;
