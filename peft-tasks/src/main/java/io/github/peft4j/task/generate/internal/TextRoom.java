package io.github.peft4j.task.generate.internal;

import com.google.common.math.LongMath;
import io.github.peft4j.engine.Room;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.config.LengthLimits;
import java.util.OptionalInt;

/**
 * Whether there is room for the texts that a config asks for, counted before the first is begun.
 * What is counted is the least that they take, so that nothing is refused which could be done.
 */
public final class TextRoom {

    /** Rows of tokens grow by this at first. */
    private static final int GROWTH = 256;

    /** A row's scores, once as they come and once as they are processed. */
    private static final long SCORES = 2L * Float.BYTES;

    /** Marks and places of a padded prompt, in Java and in the engine. */
    private static final long MARKS = 2L * Long.BYTES;

    private final OptionalInt vocabulary;
    private final long keys;
    private final int prompts;
    private final int length;

    /**
     * Of some prompts.
     *
     * @param vocabulary tokens that a text goes on with, if that is known
     * @param keys bytes of a token's keys and values; 0 if that is not known
     * @param prompts how many
     * @param length tokens of each, padding included
     */
    public TextRoom(OptionalInt vocabulary, long keys, int prompts, int length) {
        this.vocabulary = vocabulary;
        this.keys = keys;
        this.prompts = prompts;
        this.length = length;
    }

    /**
     * Refuses more beams than tokens, more texts than memory has room for, and limits of length
     * that marks of padding have no room for.
     *
     * @param marked whether a prompt has padding, and each text a mark for each of its tokens
     * @param total tokens of a text at most
     * @throws IllegalArgumentException that names the key
     */
    public void require(GenerationConfig config, boolean marked, int total) {
        int beams = config.beams().numBeams();
        if (beams > 1 && beams > vocabulary.orElse(Integer.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "num_beams is %d, but the vocabulary has %d tokens: so many texts do not differ in their first token. Set at most %d."
                            .formatted(beams, vocabulary.orElseThrow(), vocabulary.orElseThrow()));
        }
        int each = Math.max(beams, config.beams().numReturnSequences());
        if (each > 1) {
            requireTexts(beams > 1 ? "num_beams" : "num_return_sequences", each);
        }
        if (marked) {
            requireMarks(config.length(), total);
        }
    }

    private void requireTexts(String key, int each) {
        long texts = LongMath.saturatedMultiply(prompts, each);
        int tokens = vocabulary.orElse(1);
        long row = SCORES * tokens + (long) Long.BYTES * (length + GROWTH);
        long scores = LongMath.saturatedMultiply(texts, row);
        refuse(
                scores > freeHeap(),
                key,
                each,
                "%d texts with scores of %d tokens each take %d MiB, and Java's heap has %d MiB left"
                        .formatted(texts, tokens, scores >> 20, freeHeap() >> 20),
                "Set a smaller one, or give Java more memory (-Xmx).");
        long kept = LongMath.saturatedMultiply(texts, keys * length);
        refuse(
                kept > Room.ofMachine(),
                key,
                each,
                "keys and values of %d texts take %d MiB, and this machine has %d MiB"
                        .formatted(texts, kept >> 20, Room.ofMachine() >> 20),
                "Set a smaller one.");
    }

    private void requireMarks(LengthLimits limits, int total) {
        long marks = LongMath.saturatedMultiply(prompts, MARKS * total);
        boolean more = limits.maxNewTokens() != null;
        refuse(
                marks > freeHeap(),
                more ? "max_new_tokens" : "max_length",
                more ? total - length : total,
                "the marks of padded prompts take %d MiB, and Java's heap has %d MiB left"
                        .formatted(marks >> 20, freeHeap() >> 20),
                "Set a smaller one, or give Java more memory (-Xmx).");
    }

    private static void refuse(boolean bad, String key, int value, String why, String cure) {
        if (bad) {
            throw new IllegalArgumentException(
                    "%s is %d, but %s. %s".formatted(key, value, why, cure));
        }
    }

    private static long freeHeap() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
    }
}
