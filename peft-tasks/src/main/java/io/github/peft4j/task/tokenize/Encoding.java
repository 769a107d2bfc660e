package io.github.peft4j.task.tokenize;

import com.google.common.collect.ImmutableList;
import java.util.Collections;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The tokens of one text or pair, or of one window of it.
 *
 * <p>The array views are made anew at each call and belong to the caller.
 *
 * @param sample number of the text in the list that was encoded; several windows of one text share
 *     it ({@code overflow_to_sample_mapping})
 * @param tokens the tokens in their order, special tokens and padding included
 */
public record Encoding(int sample, ImmutableList<Token> tokens) {

    /** Number of tokens, padding included. */
    public int length() {
        return tokens.size();
    }

    /** {@code input_ids}. */
    public long[] ids() {
        return view(Token::id);
    }

    /** {@code token_type_ids}. */
    public long[] typeIds() {
        return view(Token::typeId);
    }

    /** {@code attention_mask}: 0 for padding, else 1. */
    public long[] attentionMask() {
        return view(token -> token.kind() == Token.Kind.PADDING ? 0 : 1);
    }

    /** {@code special_tokens_mask}: 0 for tokens of the text, else 1. */
    public long[] specialTokensMask() {
        return view(token -> token.kind() == Token.Kind.TEXT ? 0 : 1);
    }

    /** Word of each token, -1 where there is none. */
    public long[] wordIds() {
        return view(Token::word);
    }

    /** 0 for tokens of the text, 1 for those of its pair, -1 for all others. */
    public long[] sequenceIds() {
        return view(Token::sequence);
    }

    /** This row filled up to a length; a row that is as long already stays as it is. */
    Encoding padded(int length, Token padding, Side side) {
        if (length() >= length) {
            return this;
        }
        List<Token> fill = Collections.nCopies(length - length(), padding);
        ImmutableList.Builder<Token> row = ImmutableList.builderWithExpectedSize(length);
        return new Encoding(
                sample,
                side == Side.LEFT
                        ? row.addAll(fill).addAll(tokens).build()
                        : row.addAll(tokens).addAll(fill).build());
    }

    private long[] view(ToLongFunction<Token> part) {
        return tokens.stream().mapToLong(part).toArray();
    }
}
