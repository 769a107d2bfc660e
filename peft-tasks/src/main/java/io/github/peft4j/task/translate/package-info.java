/**
 * Translators for DJL's {@code Predictor}: texts in; classes, numbers, entities, answers or
 * embeddings out, over any model of this library as a {@code Model}'s block.
 */
@NullMarked
package io.github.peft4j.task.translate;

import org.jspecify.annotations.NullMarked;
