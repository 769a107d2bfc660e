package io.github.peft4j.task.tokenize;

import com.google.common.base.CharMatcher;
import java.util.List;

/** Which marked word of a text a token belongs to. */
final class MarkedWords {

    private final String text;
    private final List<Span> words;

    MarkedWords(TextInput.Marked marked) {
        text = marked.text();
        words = marked.words();
    }

    /**
     * The first word that a piece of the text is a part of, or before which it is space; -1 if it
     * is neither.
     */
    int at(Span piece) {
        int low = 0;
        int high = words.size();
        while (low < high) { // the first word that ends after the piece begins
            int middle = (low + high) / 2;
            if (words.get(middle).end() > piece.start()) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        if (low == words.size()) {
            return -1;
        }
        int start = words.get(low).start();
        boolean inside = start < piece.end() || start <= piece.start();
        boolean belongs =
                inside
                        || CharMatcher.whitespace()
                                .matchesAllOf(text.substring(piece.start(), start));
        return belongs ? low : -1;
    }

    /** The word behind one that a piece of the text reaches into too, empty if it does not. */
    String reached(Span piece, int word) {
        int next = word + 1;
        boolean reaches = word >= 0 && next < words.size() && words.get(next).start() < piece.end();
        return reaches ? text.substring(words.get(next).start(), words.get(next).end()) : "";
    }
}
