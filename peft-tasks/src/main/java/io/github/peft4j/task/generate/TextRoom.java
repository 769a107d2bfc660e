package io.github.peft4j.task.generate;

import com.google.common.math.LongMath;
import io.github.peft4j.engine.Room;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.config.LengthLimits;
import java.util.OptionalInt;

/**
 * Whether there is room for the texts that a config asks for, counted before the first is begun.
 * What is counted is the least that they take, so that nothing is refused which could be done.
 */
final class TextRoom {

    /** Rows of tokens grow by this at first; see {@link GrowingRow}. */
    private static final int GROWTH = 256;

    /** A row's scores, once as they come and once as they are processed. */
    private static final long SCORES = 2L * Float.BYTES;

    /** Marks and places of a padded prompt, in Java and in the engine. */
    private static final long MARKS = 2L * Long.BYTES;

    private TextRoom() {}

    /**
     * Refuses more beams than tokens, more texts than memory has room for, and limits of length
     * that marks of padding have no room for.
     *
     * @param padded whether a prompt has padding, and thus a mark for each token of its text
     * @param total tokens of a text at most
     * @throws IllegalArgumentException that names the key
     */
    static void require(
            GenerativeModel model,
            PromptBatch prompts,
            GenerationConfig config,
            boolean padded,
            int total) {
        int beams = config.beams().numBeams();
        OptionalInt vocabulary = model.vocabulary();
        if (beams > 1 && beams > vocabulary.orElse(Integer.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "num_beams is %d, but the vocabulary has %d tokens: so many texts do not differ in their first token. Set at most %d."
                            .formatted(beams, vocabulary.orElseThrow(), vocabulary.orElseThrow()));
        }
        int each = Math.max(beams, config.beams().numReturnSequences());
        if (each > 1) {
            requireTexts(model, prompts, beams > 1 ? "num_beams" : "num_return_sequences", each);
        }
        if (padded && !model.isEncoderDecoder()) {
            requireMarks(prompts, config.length(), total);
        }
    }

    private static void requireTexts(
            GenerativeModel model, PromptBatch prompts, String key, int each) {
        long texts = LongMath.saturatedMultiply(prompts.rows(), each);
        long row =
                SCORES * model.vocabulary().orElse(1)
                        + (long) Long.BYTES * (prompts.length() + GROWTH);
        refuse(
                LongMath.saturatedMultiply(texts, row) > freeHeap(),
                key,
                each,
                "%d texts with scores of %d tokens each take %d MiB, and Java's heap has %d MiB left"
                        .formatted(
                                texts,
                                model.vocabulary().orElse(1),
                                LongMath.saturatedMultiply(texts, row) >> 20,
                                freeHeap() >> 20),
                "Set a smaller one, or give Java more memory (-Xmx).");
        long keys = LongMath.saturatedMultiply(texts, model.bytesOfKeys() * prompts.length());
        refuse(
                keys > Room.ofMachine(),
                key,
                each,
                "keys and values of %d texts take %d MiB, and this machine has %d MiB"
                        .formatted(texts, keys >> 20, Room.ofMachine() >> 20),
                "Set a smaller one.");
    }

    private static void requireMarks(PromptBatch prompts, LengthLimits length, int total) {
        long marks = LongMath.saturatedMultiply(prompts.rows(), MARKS * total);
        boolean more = length.maxNewTokens() != null;
        refuse(
                marks > freeHeap(),
                more ? "max_new_tokens" : "max_length",
                more ? total - prompts.length() : total,
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
