package io.github.peft4j.transformers.seq2seq;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * What one half of an encoder-decoder made.
 *
 * @param last in the layout of its tokens
 * @param states the embeddings and each layer's output; empty unless asked for
 */
public record StackOutput(NDArray last, List<NDArray> states) {

    /** Copies the collections. */
    public StackOutput {
        states = ImmutableList.copyOf(states);
    }
}
