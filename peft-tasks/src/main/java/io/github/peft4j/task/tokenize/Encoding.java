package io.github.peft4j.task.tokenize;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one text or pair, or of one window of it, special tokens and padding included.
 *
 * <p>Ids and the other numbers of a token are read by its place in the row; {@link Token} objects
 * with their texts and spans are made where {@link #tokens()} is asked for. Arrays are made at each
 * call and belong to the caller. Equal encodings have the same sample and equal tokens.
 */
public final class Encoding {

    /** The place of a token that fills the row up. */
    private static final int FILL = -1;

    private final int sample;
    private final TokenColumns text;
    private final ImmutableIntArray places;
    private final @Nullable Token padding;
    private volatile @Nullable ImmutableList<Token> tokens;

    /**
     * A row of these tokens.
     *
     * @param sample number of the text in the list that was encoded; several windows of one text
     *     share it ({@code overflow_to_sample_mapping})
     */
    public Encoding(int sample, List<Token> tokens) {
        this(
                sample,
                TokenColumns.of(tokens),
                ImmutableIntArray.copyOf(IntStream.range(0, tokens.size())),
                null);
    }

    /** Some tokens of a text, by their places in it. */
    Encoding(int sample, TokenColumns text, ImmutableIntArray places) {
        this(sample, text, places, null);
    }

    private Encoding(
            int sample, TokenColumns text, ImmutableIntArray places, @Nullable Token padding) {
        this.sample = sample;
        this.text = text;
        this.places = places;
        this.padding = padding;
    }

    /** Number of the text in the list that was encoded; windows of one text share it. */
    public int sample() {
        return sample;
    }

    /** Number of tokens, padding included. */
    public int length() {
        return places.length();
    }

    /** Id of the token at this place of the row. */
    public int id(int index) {
        int place = places.get(index);
        return place == FILL ? fill().id() : text.id(place);
    }

    /** Segment of the token at this place of the row. */
    public int typeId(int index) {
        int place = places.get(index);
        return place == FILL ? fill().typeId() : text.typeId(place);
    }

    /** Number of the sequence of the token here, or -1 for special tokens and padding. */
    public int sequence(int index) {
        int place = places.get(index);
        return place == FILL ? -1 : text.sequence(place);
    }

    /** Number of the word of the token here, or -1 where there is none. */
    public int word(int index) {
        int place = places.get(index);
        return place == FILL ? -1 : text.word(place);
    }

    /** What the token here stands for. */
    public Token.Kind kind(int index) {
        int place = places.get(index);
        return place == FILL ? Token.Kind.PADDING : text.kind(place);
    }

    /** All tokens in their order, with their texts and where they come from. */
    public List<Token> tokens() {
        ImmutableList<Token> made = tokens;
        if (made == null) {
            made =
                    places.stream()
                            .mapToObj(place -> place == FILL ? fill() : text.token(place))
                            .collect(ImmutableList.toImmutableList());
            tokens = made; // two threads may make the same list
        }
        return made;
    }

    /** {@code input_ids}. */
    public long[] ids() {
        return column(this::id);
    }

    /** {@code token_type_ids}. */
    public long[] typeIds() {
        return column(this::typeId);
    }

    /** {@code attention_mask}: 0 for padding, else 1. */
    public long[] attentionMask() {
        return column(index -> kind(index) == Token.Kind.PADDING ? 0 : 1);
    }

    /** {@code special_tokens_mask}: 0 for tokens of the text, else 1. */
    public long[] specialTokensMask() {
        return column(index -> kind(index) == Token.Kind.TEXT ? 0 : 1);
    }

    /** Word of each token, -1 where there is none. */
    public long[] wordIds() {
        return column(this::word);
    }

    /** 0 for tokens of the text, 1 for those of its pair, -1 for all others. */
    public long[] sequenceIds() {
        return column(this::sequence);
    }

    /** This row filled up to a length; a row that is as long already stays as it is. */
    Encoding padded(int length, Token with, Side side) {
        if (length() >= length) {
            return this;
        }
        int[] fill = new int[length - length()];
        Arrays.fill(fill, FILL);
        ImmutableIntArray.Builder row = ImmutableIntArray.builder(length);
        if (side == Side.LEFT) {
            row.addAll(fill).addAll(places);
        } else {
            row.addAll(places).addAll(fill);
        }
        return new Encoding(sample, text, row.build(), with);
    }

    private Token fill() {
        return Objects.requireNonNull(padding, "a row without padding has no place of it");
    }

    private long[] column(IntUnaryOperator part) {
        long[] numbers = new long[length()];
        Arrays.setAll(numbers, part::applyAsInt);
        return numbers;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Encoding row
                && sample == row.sample
                && tokens().equals(row.tokens());
    }

    @Override
    public int hashCode() {
        return Objects.hash(sample, tokens());
    }

    @Override
    public String toString() {
        return "Encoding[sample=" + sample + ", tokens=" + tokens() + "]";
    }
}
