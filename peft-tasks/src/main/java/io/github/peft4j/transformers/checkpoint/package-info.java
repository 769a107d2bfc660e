/**
 * What a Hugging Face checkpoint directory says of its model: the values of config.json and the
 * names of its tensors.
 */
@NullMarked
package io.github.peft4j.transformers.checkpoint;

import org.jspecify.annotations.NullMarked;
