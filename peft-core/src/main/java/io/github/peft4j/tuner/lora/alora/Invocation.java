package io.github.peft4j.tuner.lora.alora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.model.ModelInput;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the invocation tokens of an adapter stand in the rows of a call.
 *
 * <p>The last occurrence in a row counts. While a text grows in a cache, what the prompt said holds
 * on: tokens that the model itself writes invoke nothing. Layers ask with objects of their own; the
 * first answer of a call serves all that are equal.
 */
final class Invocation {

    private static final Logger logger = LoggerFactory.getLogger(Invocation.class);

    private final List<Integer> tokens;
    private final boolean looks;
    private final AtomicBoolean warned = new AtomicBoolean();

    /**
     * An invocation.
     *
     * @param tokens ids
     * @param looks whether to look for them at all: as in PEFT, only causal language models do
     */
    Invocation(List<Integer> tokens, boolean looks) {
        this.tokens = List.copyOf(tokens);
        this.looks = looks;
    }

    /** Whether the adapter acts anywhere in this call. */
    boolean isIn(AdapterPass pass) {
        return Arrays.stream(fromEnd(pass)).anyMatch(count -> count > 0);
    }

    /**
     * 1 where the adapter acts, 0 elsewhere.
     *
     * @param positions how many a row has here, from its end: an output layer may see the last ones
     *     alone
     * @return [rows, positions] float32
     */
    NDArray mask(long rows, long positions, AdapterPass pass) {
        long[] counts = fromEnd(pass);
        if (counts.length != 0 && counts.length != rows) {
            throw new IllegalStateException(
                    "A layer sees "
                            + rows
                            + " rows of a call of "
                            + counts.length
                            + ": alora_invocation_tokens needs layers that see the tokens of each"
                            + " row. Take such layers as targets.");
        }
        int width = Math.toIntExact(positions);
        float[] mask = new float[Math.toIntExact(rows) * width];
        for (int row = 0; row < counts.length; row++) {
            int count = (int) Math.min(counts[row], positions);
            Arrays.fill(mask, (row + 1) * width - count, (row + 1) * width, 1);
        }
        return pass.scope().create(mask, new Shape(rows, positions));
    }

    /** How many positions of each row, from its end, the adapter acts on; empty for none. */
    private long[] fromEnd(AdapterPass pass) {
        return pass.once(this, () -> count(pass));
    }

    private long[] count(AdapterPass pass) {
        ModelInput input = pass.input().orElse(null);
        if (!looks || input == null) {
            return new long[0];
        }
        NDArray ids = input.inputIds();
        if (ids == null) {
            if (!warned.getAndSet(true)) {
                logger.warn(
                        "alora_invocation_tokens cannot be found in inputs_embeds, so the adapter"
                                + " does not act. Pass input_ids.");
            }
            return new long[0];
        }
        KeyValueCache cache = input.cache();
        long before = cache == null ? 0 : cache.length();
        long[] starts =
                cache == null
                        ? starts(ids, 0)
                        : cache.rowFact(this, () -> array(starts(ids, before), pass)).toLongArray();
        long end = before + ids.getShape().get(1);
        return Arrays.stream(starts).map(start -> start < 0 ? 0 : end - start).toArray();
    }

    private static NDArray array(long[] starts, AdapterPass pass) {
        return pass.scope().create(starts);
    }

    /** Position of each row's last invocation, counted from the start of its text; -1 for none. */
    private long[] starts(NDArray ids, long before) {
        long[] all = ids.toLongArray();
        int length = Math.toIntExact(ids.getShape().get(1));
        long[] starts = new long[length == 0 ? 0 : all.length / length];
        for (int row = 0; row < starts.length; row++) {
            int found = lastIn(all, row * length, length);
            starts[row] = found < 0 ? -1 : before + found;
        }
        return starts;
    }

    private int lastIn(long[] ids, int from, int length) {
        for (int start = length - tokens.size(); start >= 0; start--) {
            boolean same = true;
            for (int i = 0; same && i < tokens.size(); i++) {
                same = ids[from + start + i] == tokens.get(i);
            }
            if (same) {
                return start;
            }
        }
        return -1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Invocation invocation
                && tokens.equals(invocation.tokens)
                && looks == invocation.looks;
    }

    @Override
    public int hashCode() {
        return Objects.hash(tokens, looks);
    }
}
