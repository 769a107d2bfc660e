package io.github.peft4j.transformers.seq2seq;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.nn.Module;
import io.github.peft4j.transformers.layout.LayerSequence;
import io.github.peft4j.transformers.part.Scope;
import java.util.function.Supplier;
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
     * @param embeddings makes the input of the first layer; not called where a later one's is known
     * @param last what follows the last layer
     */
    protected static StackOutput run(
            StackCall call,
            Supplier<NDArray> embeddings,
            int layers,
            LayerCall layer,
            UnaryOperator<NDArray> last) {
        LayerSequence.Result result =
                new LayerSequence(
                                call.pass(), call.layout(), call.keepStates(), false, call.known())
                        .run(layers, embeddings, (i, x) -> run(call.memory(), i, x, layer));
        NDArray current = result.last();
        NDArray end = last.apply(current);
        if (end != current) {
            current.close();
        }
        ImmutableList.Builder<NDArray> states = ImmutableList.builder();
        if (call.keepStates()) {
            states.addAll(result.inputs()).add(end);
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
}
