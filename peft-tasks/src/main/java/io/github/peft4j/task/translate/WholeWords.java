package io.github.peft4j.task.translate;

import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.Span;
import io.github.peft4j.task.tokenize.Token;

/** Pieces of a text that end where words end: what the tokenizer calls a word. */
final class WholeWords {

    private WholeWords() {}

    /**
     * A piece with the rest of the words that it begins and ends in.
     *
     * @param text the whole text, encoded
     * @param chars a piece that is not empty
     */
    static Span widened(Encoding text, Span chars) {
        int first = wordAt(text, chars.start());
        int last = wordAt(text, chars.end() - 1);
        int start = chars.start();
        int end = chars.end();
        for (Token token : text.tokens()) {
            if (token.word() >= 0 && token.word() == first) {
                start = Math.min(start, token.chars().start());
            }
            if (token.word() >= 0 && token.word() == last) {
                end = Math.max(end, token.chars().end());
            }
        }
        return new Span(start, end);
    }

    private static int wordAt(Encoding text, int place) {
        for (Token token : text.tokens()) {
            if (token.chars().start() <= place && place < token.chars().end()) {
                return token.word();
            }
        }
        return -1;
    }
}
