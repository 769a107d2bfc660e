package io.github.peft4j.task.tokenize;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * What a {@link Tokenizer} encodes: a text, a pair of texts, a text already cut into words, or one
 * whose words are marked.
 */
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

    /**
     * A text and where its words stand in it, in chars: word ids count them, and spans are those of
     * the text.
     */
    record Marked(String text, List<Span> words) implements TextInput {

        /** Copies the spans. */
        public Marked {
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

    /**
     * A text given as words ({@code is_split_into_words}). Tokenizers that spell spaces, such as
     * those of GPT-2, RoBERTa and Gemma, see no spaces between them.
     */
    static TextInput words(List<String> words) {
        return new Words(words);
    }

    /**
     * A text whose words are marked. Its tokens are those that the text has where nobody marks
     * words, if the tokenizer spells spaces; else those of {@link #words}.
     *
     * @param words one after the other
     */
    static TextInput marked(String text, List<Span> words) {
        return new Marked(text, ImmutableList.copyOf(words));
    }
}
