/**
 * What prompt learning methods share: sizes that the model's config completes, what a call becomes
 * when virtual tokens stand in front of its text, and tensors that a file holds in another form
 * than training does.
 *
 * <p>The base does not change; a {@link io.github.peft4j.adapter.ModelAdapter} changes what it is
 * called with.
 */
@NullMarked
package io.github.peft4j.tuner.prompt;

import org.jspecify.annotations.NullMarked;
