/**
 * Text generation: from a prompt's token ids to the ids that a model says follow, as Hugging Face's
 * {@code generate} does it. {@link io.github.peft4j.task.generate.Generator} is the way in for ids,
 * {@link io.github.peft4j.task.generate.text.TextGenerator} for text.
 */
@NullMarked
package io.github.peft4j.task.generate;

import org.jspecify.annotations.NullMarked;
