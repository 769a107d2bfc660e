package io.github.peft4j.task.tokenize;

import com.google.common.collect.ImmutableList;
import java.util.List;

/** What a {@link Tokenizer} encodes: a text, a pair of texts, or a text already cut into words. */
public sealed interface TextInput {

    /** One text. */
    record Single(String text) implements TextInput {}

    /** Two texts in one row, e.g. question and passage. */
    record Pair(String text, String textPair) implements TextInput {}

    /** A text given as words: word ids count them and spans are relative to each of them. */
    record Words(List<String> words) implements TextInput {

        /** Copies the list. */
        public Words {
            words = ImmutableList.copyOf(words);
        }
    }

    /** One text. */
    static TextInput of(String text) {
        return new Single(text);
    }

    /** Two texts in one row. An empty second text stays a second text: its separator is kept. */
    static TextInput pair(String text, String textPair) {
        return new Pair(text, textPair);
    }

    /** A text given as words ({@code is_split_into_words}). */
    static TextInput words(List<String> words) {
        return new Words(words);
    }
}
