package io.github.peft4j.task.tokenize;

import org.jspecify.annotations.Nullable;

/**
 * A text as the native tokenizer sees it: well-formed, counted in Unicode code points.
 *
 * <p>A surrogate without its partner is no character. It becomes U+FFFD, as a decoder would make
 * it; that is one char for one char, so every span still fits the caller's own text.
 */
final class CodePoints {

    private static final char REPLACEMENT = '\uFFFD';

    private final String wellFormed;

    /** Char index of each code point and of the end; null while both counts are the same. */
    private final int @Nullable [] charIndex;

    CodePoints(String text) {
        int count = text.codePointCount(0, text.length());
        StringBuilder repaired = null;
        int[] index = null;
        if (hasSurrogates(text)) {
            repaired = new StringBuilder(text);
            index = new int[count + 1];
            for (int i = 0, point = 0; i < text.length(); point++) {
                index[point] = i;
                int codePoint = text.codePointAt(i);
                if (Character.getType(codePoint) == Character.SURROGATE) {
                    repaired.setCharAt(i, REPLACEMENT);
                }
                i += Character.charCount(codePoint);
            }
            index[count] = text.length();
        }
        this.wellFormed = repaired == null ? text : repaired.toString();
        this.charIndex = index;
    }

    private static boolean hasSurrogates(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /** The text without lone surrogates. */
    String wellFormed() {
        return wellFormed;
    }

    /** The same piece of the text in chars. */
    Span toChars(Span codePoints) {
        return charIndex == null
                ? codePoints
                : new Span(charIndex[codePoints.start()], charIndex[codePoints.end()]);
    }
}
