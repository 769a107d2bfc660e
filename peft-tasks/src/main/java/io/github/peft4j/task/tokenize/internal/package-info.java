/**
 * For this module alone: the tokens of a base model's checkpoint, for methods that begin with a
 * text.
 */
@NullMarked
package io.github.peft4j.task.tokenize.internal;

import org.jspecify.annotations.NullMarked;
