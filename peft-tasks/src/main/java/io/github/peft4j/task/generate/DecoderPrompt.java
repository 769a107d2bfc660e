package io.github.peft4j.task.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.Ops;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A prompt that the decoder itself reads, in front of its answer. Without padding it needs neither
 * a mask nor positions: models count on from what came before.
 */
final class DecoderPrompt implements PromptReader {

    private final NDManager manager;
    private @Nullable NDArray mask;
    private @Nullable NDArray positions;

    /**
     * The prompt's mask, over the whole text from the start: views of one array then serve all
     * calls.
     *
     * @param mask [B][S], or null if nothing is padding
     * @param total tokens at most, prompt included
     */
    DecoderPrompt(NDManager manager, long @Nullable [][] mask, int total) {
        this.manager = manager;
        if (mask != null) {
            long[] tokens = new long[mask.length * total];
            long[] places = new long[tokens.length];
            for (int row = 0; row < mask.length; row++) {
                fill(mask[row], tokens, places, row * total, total);
            }
            Shape shape = new Shape(mask.length, total);
            this.mask = manager.create(tokens, shape);
            positions = manager.create(places, shape);
        }
    }

    private static void fill(long[] mask, long[] tokens, long[] places, int start, int total) {
        long count = 0;
        for (int i = 0; i < total; i++) {
            long token = i < mask.length ? mask[i] : 1;
            tokens[start + i] = token;
            places[start + i] = token == 0 ? 0 : count;
            count += token;
        }
    }

    @Override
    public ModelInput input(NDArray ids, int from) {
        ModelInput input = ModelInput.of(Map.of(ModelInput.INPUT_IDS, ids));
        if (mask == null || positions == null) {
            return input;
        }
        long end = from + ids.getShape().get(1);
        return input.with(ModelInput.ATTENTION_MASK, columns(mask, 0, end, ids.getManager()))
                .with(ModelInput.POSITION_IDS, columns(positions, from, end, ids.getManager()));
    }

    private static NDArray columns(NDArray array, long from, long end, NDManager scope) {
        NDArray view = array.get(new NDIndex(":, {}:{}", from, end));
        view.attach(scope);
        return view;
    }

    @Override
    public void keep(ModelOutput output, NDManager manager) {
        // The text itself is all that later calls need.
    }

    @Override
    public void choose(NDArray rows) {
        mask = chosen(mask, rows);
        positions = chosen(positions, rows);
    }

    private @Nullable NDArray chosen(@Nullable NDArray array, NDArray rows) {
        if (array == null) {
            return null;
        }
        try (NDArray before = array) {
            NDArray chosen = Ops.rows(before, rows);
            chosen.attach(manager);
            return chosen;
        }
    }
}
