package io.github.peft4j.transformers.seq2seq;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;

/**
 * What one half of an encoder-decoder made.
 *
 * @param last in the layout of its tokens
 * @param states the embeddings and each layer's output; empty unless asked for
 */
public record StackOutput(NDArray last, ImmutableList<NDArray> states) {}
