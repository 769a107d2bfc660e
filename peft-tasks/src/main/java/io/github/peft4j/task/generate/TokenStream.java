package io.github.peft4j.task.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableDoubleArray;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.engine.Gradients;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;

/**
 * Texts that grow by a token at a time, as they are asked for: the likeliest, or drawn ones. Stop
 * asking and nothing more is computed; close it to free what the model keeps of its texts.
 *
 * <p>For one thread at a time.
 */
public final class TokenStream implements Iterator<NewToken>, AutoCloseable {

    private final DecodingState decoding;
    private final TextEnds ends;
    private final Sampler choice;
    private final int prompts;
    private final int total;
    private final List<GrowingRow> rows = new ArrayList<>();
    private final int[] counts;
    private final BitSet finished = new BitSet();
    private final Queue<NewToken> ready = new ArrayDeque<>();
    private boolean started;
    private boolean closed;

    /**
     * Begins.
     *
     * @param prompts the decoder's text of each prompt
     * @param answers to each of them
     * @param total tokens at most, prompt included
     */
    TokenStream(
            DecodingState decoding,
            List<GrowingRow> prompts,
            int answers,
            TextEnds ends,
            Sampler choice,
            int total) {
        this.decoding = decoding;
        this.prompts = prompts.size();
        this.ends = ends;
        this.choice = choice;
        this.total = total;
        for (GrowingRow prompt : prompts) {
            for (int i = 0; i < answers; i++) {
                rows.add(prompt.copy());
            }
        }
        counts = new int[rows.size()];
    }

    /** Whether an answer goes on; computes its next token. */
    @Override
    public boolean hasNext() {
        while (ready.isEmpty() && isRunning()) {
            step();
        }
        return !ready.isEmpty();
    }

    @Override
    public NewToken next() {
        if (!hasNext()) {
            throw new NoSuchElementException(
                    "All answers have ended. Ask hasNext() before each next().");
        }
        return ready.remove();
    }

    private boolean isRunning() {
        return finished.cardinality() < rows.size() && rows.get(0).length() < total;
    }

    private void step() {
        if (closed) {
            throw new IllegalStateException(
                    "The stream is closed. Take its tokens inside its try block.");
        }
        try (Gradients off = Gradients.off();
                NDManager scope = decoding.newScope()) {
            // The answers to one prompt part after it was read.
            NDArray logits = decoding.scores(scope, started ? rows : firstOfEachPrompt());
            long[] chosen = choice.choose(rows, logits);
            if (!started) {
                decoding.repeat(prompts, rows.size() / prompts);
                started = true;
            }
            for (int row = 0; row < chosen.length; row++) {
                append(row, chosen[row]);
            }
        }
    }

    private List<GrowingRow> firstOfEachPrompt() {
        int answers = rows.size() / prompts;
        List<GrowingRow> first = new ArrayList<>();
        for (int i = 0; i < prompts; i++) {
            first.add(rows.get(i * answers));
        }
        return first;
    }

    private void append(int row, long token) {
        if (finished.get(row)) {
            rows.get(row).append(ends.fill());
            return;
        }
        GrowingRow text = rows.get(row);
        boolean last = ends.ends(text, text.length(), token);
        text.append(token);
        ready.add(new NewToken(row, token));
        counts[row]++;
        if (last) {
            finished.set(row);
        }
    }

    /** The texts so far. */
    public GenerationResult result() {
        int length = rows.get(0).length();
        return new GenerationResult(
                rows.stream()
                        .map(row -> ImmutableLongArray.copyOf(row.filled(length, 0)))
                        .collect(ImmutableList.toImmutableList()),
                rows.get(0).promptLength(),
                ImmutableIntArray.copyOf(counts),
                ImmutableDoubleArray.of());
    }

    /** Frees what the model keeps of its texts. */
    @Override
    public void close() {
        closed = true;
        decoding.close();
    }
}
