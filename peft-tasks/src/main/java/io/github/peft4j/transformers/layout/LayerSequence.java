package io.github.peft4j.transformers.layout;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput.KnownStates;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the layers of a model one after the other, from the first whose input no earlier call has
 * computed.
 *
 * @param layout of the layers' inputs
 * @param keepStates whether each layer's input is wanted; else it is closed after the layer
 * @param narrowsLast whether the last layer's output has fewer positions than its input
 * @param known what earlier calls have computed of these rows, or null
 */
public record LayerSequence(
        AdapterPass pass,
        TokenLayout layout,
        boolean keepStates,
        boolean narrowsLast,
        @Nullable KnownStates known) {

    /** A layer by its number, from 0; what it makes along the way is its own to free. */
    @FunctionalInterface
    public interface Layer {

        /** The layer's output. */
        NDArray forward(int index, NDArray x);
    }

    /**
     * What the layers made.
     *
     * @param last output of the last layer
     * @param inputs of each layer, empty unless asked for
     */
    public record Result(NDArray last, List<NDArray> inputs) {

        /** Copies the list. */
        public Result {
            inputs = ImmutableList.copyOf(inputs);
        }
    }

    /**
     * Runs the layers.
     *
     * @param count how many there are
     * @param embeddings makes the first one's input; not called where a later one's is known
     */
    public Result run(int count, Supplier<NDArray> embeddings, Layer layer) {
        int top = narrowsLast ? count - 1 : count;
        KnownStates earlier = known;
        List<int[]> places = earlier == null ? List.of() : layout.places();
        int start = earlier == null ? 0 : earlier.layer(places);
        int first = start <= top ? start : 0;
        ImmutableList.Builder<NDArray> inputs = ImmutableList.builder();
        // Where the rows are known, or nobody asks, there is nothing to keep.
        Kept kept = new Kept(first > 0 ? null : earlier, places);
        NDArray x = earlier != null && first > 0 ? read(earlier, places) : embeddings.get();
        for (int i = first; i < count; i++) {
            kept.before();
            NDArray y = layer.forward(i, x);
            kept.after(i, i == top, x);
            if (keepStates) {
                inputs.add(x);
            } else {
                x.close();
            }
            x = y;
        }
        kept.end(count, x);
        return new Result(x, inputs.build());
    }

    private NDArray read(KnownStates earlier, List<int[]> places) {
        long positions =
                layout.isPacked()
                        ? places.stream().mapToLong(row -> row.length).sum()
                        : layout.shape().size();
        NDArray flat = earlier.read(places, positions);
        if (layout.isPacked()) {
            return flat;
        }
        try (NDArray rows = flat) {
            return rows.reshape(layout.shape().add(flat.getShape().get(1)));
        }
    }

    /** Finds the lowest layer that an adapter acts on, and hands on what came into it. */
    private final class Kept {

        private final List<int[]> places;
        private @Nullable KnownStates open;
        private boolean adapted;
        private boolean random;

        Kept(@Nullable KnownStates open, List<int[]> places) {
            this.places = places;
            this.open = open;
        }

        void before() {
            adapted = pass.isAdapted();
            random = pass.isRandom();
        }

        void after(int index, boolean last, NDArray x) {
            if (pass.isAdapted() || last) {
                keep(adapted ? 0 : index, x);
            }
        }

        void end(int count, NDArray x) {
            before();
            keep(count, x);
        }

        private void keep(int index, NDArray x) {
            KnownStates target = open;
            if (target != null) {
                open = null;
                target.keep(index, layout.flat(x), places, random);
            }
        }
    }
}
