/**
 * Calls of tokenizers that Python recorded, and what came of them: {@link
 * io.github.peft4j.task.tokenize.reference.ReferenceTexts} makes the same call here.
 */
@NullMarked
package io.github.peft4j.task.tokenize.reference;

import org.jspecify.annotations.NullMarked;
