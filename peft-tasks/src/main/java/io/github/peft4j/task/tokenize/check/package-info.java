/**
 * Keeps from the native tokenizers library what would end the process: it panics where a file holds
 * what it does not expect, and no exception of Java comes of a panic.
 */
@NullMarked
package io.github.peft4j.task.tokenize.check;

import org.jspecify.annotations.NullMarked;
