/**
 * Calls of models that Python recorded, and what came of them: {@link
 * io.github.peft4j.transformers.reference.ReferenceCall} makes the same call here.
 */
@NullMarked
package io.github.peft4j.transformers.reference;

import org.jspecify.annotations.NullMarked;
