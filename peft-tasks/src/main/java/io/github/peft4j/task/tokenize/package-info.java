/**
 * From text to token ids: {@link io.github.peft4j.task.tokenize.Tokenizer} reads a checkpoint's
 * tokenizer, {@link io.github.peft4j.task.tokenize.EncodeOptions} say how long a text may be and
 * how it is padded.
 */
@NullMarked
package io.github.peft4j.task.tokenize;

import org.jspecify.annotations.NullMarked;
