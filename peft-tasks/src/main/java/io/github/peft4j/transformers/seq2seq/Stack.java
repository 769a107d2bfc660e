package io.github.peft4j.transformers.seq2seq;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.nn.Module;
import io.github.peft4j.transformers.part.Scope;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One half of an encoder-decoder: a token embedding, layers, perhaps a norm. */
public abstract class Stack extends Module {

    /** A layer by its number, from 0. */
    @FunctionalInterface
    public interface LayerCall {

        /**
         * The layer's output.
         *
         * @param memory what the encoder made, within reach of the layer's scope; null in the
         *     encoder
         */
        NDArray run(int index, NDArray x, StackCall.@Nullable Memory memory);
    }

    /** Creates a half without modules. */
    protected Stack() {}

    /** Runs this half. */
    public abstract StackOutput forward(StackCall call);

    /**
     * Whether distances between tokens may change where padding stands between them, as they do
     * when it is dropped.
     */
    public boolean allowsGaps() {
        return true;
    }

    /**
     * Runs layers one after the other, each in a scope of its own.
     *
     * @param x embeddings; closed unless hidden states are wanted
     * @param last what follows the last layer
     */
    protected static StackOutput run(
            StackCall call, NDArray x, int layers, LayerCall layer, UnaryOperator<NDArray> last) {
        ImmutableList.Builder<NDArray> states = ImmutableList.builder();
        NDArray current = x;
        for (int i = 0; i < layers; i++) {
            int index = i;
            NDArray next = run(call.memory(), index, current, layer);
            release(call, current, states);
            current = next;
        }
        NDArray end = last.apply(current);
        if (end != current) {
            current.close();
        }
        if (call.keepStates()) {
            states.add(end);
        }
        return new StackOutput(end, states.build());
    }

    private static NDArray run(
            StackCall.@Nullable Memory memory, int index, NDArray x, LayerCall layer) {
        if (memory == null) {
            return Scope.run(x, h -> layer.run(index, h, null));
        }
        return Scope.run(
                x,
                memory.states(),
                (h, states) -> layer.run(index, h, new StackCall.Memory(states, memory.layout())));
    }

    private static void release(StackCall call, NDArray x, ImmutableList.Builder<NDArray> states) {
        if (call.keepStates()) {
            states.add(x);
        } else {
            x.close();
        }
    }
}
