package io.github.peft4j.task.data.tagging;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.Side;
import java.util.Arrays;
import java.util.List;

/**
 * Turns the logits of tokens into the tags of words: the best label of each word's first token.
 *
 * @param labels names of the tags in the order of their indices
 * @param paddingSide where the batches of the model were padded
 */
public record TagDecoder(List<String> labels, Side paddingSide) {

    /** Copies the collections. */
    public TagDecoder {
        labels = ImmutableList.copyOf(labels);
    }

    /**
     * The text with the predicted tags; {@link TaggedText#entities} makes entities of them. Words
     * without a token, such as those cut off, are outside of entities.
     *
     * @param row the tokens of {@code words.input()}
     * @param logits of each token and label, [S, labels], padding included
     */
    public TaggedText decode(Words words, Encoding row, float[] logits) {
        int tokens = logits.length / labels.size();
        if (tokens * labels.size() != logits.length || tokens < row.length()) {
            throw new IllegalArgumentException(
                    "%d logits do not fit %d tokens with %d labels. Give one for each."
                            .formatted(logits.length, row.length(), labels.size()));
        }
        int padding = paddingSide == Side.LEFT ? tokens - row.length() : 0;
        String[] tags = new String[words.size()];
        Arrays.fill(tags, TaggedText.OUTSIDE);
        int last = -1;
        for (int i = 0; i < row.length(); i++) {
            int word = row.word(i);
            if (word >= 0 && word != last) {
                tags[word] = labels.get(best(logits, padding + i));
            }
            last = word;
        }
        return new TaggedText(words, ImmutableList.copyOf(tags));
    }

    private int best(float[] logits, int token) {
        int from = token * labels.size();
        int best = 0;
        for (int i = 1; i < labels.size(); i++) {
            best = logits[from + i] > logits[from + best] ? i : best;
        }
        return best;
    }
}
