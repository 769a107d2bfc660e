package io.github.peft4j.examples.demo.story;

import com.google.common.collect.ImmutableMap;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;

/**
 * What a model answered to all test examples.
 *
 * @param metrics by name, in the order in which they are shown
 * @param answers sum over the bits of all answers: equal sums mean equal answers
 * @param examples how many there were
 */
public record Figures(ImmutableMap<String, Double> metrics, HashCode answers, int examples) {

    /** Whether every bit of every answer is the same. */
    boolean sameBits(Figures other) {
        return answers.equals(other.answers);
    }

    /** Sums the bits of answers up. */
    public static final class Sum {

        private final Hasher hasher = Hashing.sha256().newHasher();

        /** Adds the bits of numbers. */
        public Sum add(float[] numbers) {
            for (float number : numbers) {
                hasher.putInt(Float.floatToRawIntBits(number));
            }
            return this;
        }

        /** Adds a text. */
        public Sum add(String text) {
            hasher.putInt(text.length()).putString(text, StandardCharsets.UTF_8);
            return this;
        }

        /** The sum; nothing can be added after it. */
        public HashCode result() {
            return hasher.hash();
        }
    }
}
