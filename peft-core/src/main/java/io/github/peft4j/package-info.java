/**
 * Parameter-efficient fine-tuning for any DJL block: what a user imports first.
 *
 * <p>Take a base model and a PEFT config, wrap them with {@code PeftModels.getPeftModel}, train,
 * and save an adapter of a few MB in Hugging Face PEFT's own format. The base model is never
 * changed.
 */
@NullMarked
package io.github.peft4j;

import org.jspecify.annotations.NullMarked;
