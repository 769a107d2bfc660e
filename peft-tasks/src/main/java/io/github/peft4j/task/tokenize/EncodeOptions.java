package io.github.peft4j.task.tokenize;

import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How texts become rows of tokens. The defaults cut nothing and pad nothing.
 *
 * @param addSpecialTokens whether the tokenizer's template (e.g. {@code [CLS]} and {@code [SEP]})
 *     is put around the text; default true
 * @param truncation which text is cut when a row is longer than {@code maxLength}; default none
 * @param maxLength longest row in tokens, special tokens included; if absent, the tokenizer's
 *     {@code model_max_length}
 * @param stride tokens that a window shares with the one before; default 0
 * @param overflowWindows whether what is cut off comes back as further rows; default false
 * @param padding how far rows are filled up; default none
 * @param padToMultipleOf rows are filled up to a multiple of this; default 1
 * @param paddingSide where padding goes; null for the tokenizer's own side
 * @param truncationSide where tokens are cut; null for the tokenizer's own side
 */
public record EncodeOptions(
        boolean addSpecialTokens,
        TruncationStrategy truncation,
        OptionalInt maxLength,
        int stride,
        boolean overflowWindows,
        PaddingStrategy padding,
        int padToMultipleOf,
        @Nullable Side paddingSide,
        @Nullable Side truncationSide) {

    /** Special tokens are added, nothing is cut, nothing is padded. */
    public static final EncodeOptions DEFAULT = builder().build();

    /** Refuses values out of range, and options that would have no effect. */
    public EncodeOptions {
        boolean cuts = truncation != TruncationStrategy.NONE;
        boolean pads = padding != PaddingStrategy.NONE;
        if (maxLength.isPresent()) {
            require(
                    maxLength.getAsInt() > 0,
                    "maxLength %d is not positive. Give the longest row in tokens.",
                    maxLength.getAsInt());
            require(
                    cuts || padding == PaddingStrategy.MAX_LENGTH,
                    "maxLength %d has no effect without truncation or padding to it."
                            + " Add optTruncation(LONGEST_FIRST) or optPadding(MAX_LENGTH).",
                    maxLength.getAsInt());
        }
        require(stride >= 0, "stride %d is negative. Give 0 or more tokens of overlap.", stride);
        require(
                cuts || !overflowWindows,
                "overflowWindows %s needs truncation. Add optTruncation(..) and optMaxLength(..).",
                overflowWindows);
        require(
                overflowWindows || stride == 0,
                "stride %d has no effect without windows. Add optOverflowWindows(true).",
                stride);
        require(
                padToMultipleOf > 0,
                "padToMultipleOf %d is not positive. Give 1 for any length.",
                padToMultipleOf);
        require(
                pads || padToMultipleOf == 1,
                "padToMultipleOf %d has no effect without padding. Add optPadding(LONGEST).",
                padToMultipleOf);
    }

    /**
     * These options, for datasets that keep a row a text.
     *
     * @throws IllegalArgumentException if they ask for padding, as batches are padded later, or for
     *     windows, which would be several rows
     */
    public EncodeOptions requireOneRowEach() {
        if (padding != PaddingStrategy.NONE || overflowWindows) {
            throw new IllegalArgumentException(
                    "padding %s and overflowWindows %s do not fit a dataset: batches are padded to"
                                    .formatted(padding, overflowWindows)
                            + " their longest row. Leave both at their defaults.");
        }
        return this;
    }

    private static void require(boolean holds, String text, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(text.formatted(value));
        }
    }

    /** Rows of at most this many tokens, the longer text cut first: what training usually wants. */
    public static EncodeOptions truncatedTo(int maxLength) {
        return builder()
                .optTruncation(TruncationStrategy.LONGEST_FIRST)
                .optMaxLength(maxLength)
                .build();
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts from these options. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.addSpecialTokens = addSpecialTokens;
        builder.truncation = truncation;
        builder.maxLength = maxLength;
        builder.stride = stride;
        builder.overflowWindows = overflowWindows;
        builder.padding = padding;
        builder.padToMultipleOf = padToMultipleOf;
        builder.paddingSide = paddingSide;
        builder.truncationSide = truncationSide;
        return builder;
    }

    /** Collects options; {@link #build} checks them. */
    public static final class Builder {

        private boolean addSpecialTokens = true;
        private TruncationStrategy truncation = TruncationStrategy.NONE;
        private OptionalInt maxLength = OptionalInt.empty();
        private int stride;
        private boolean overflowWindows;
        private PaddingStrategy padding = PaddingStrategy.NONE;
        private int padToMultipleOf = 1;
        private @Nullable Side paddingSide;
        private @Nullable Side truncationSide;

        private Builder() {}

        /** Whether the tokenizer's template is put around the text. */
        public Builder optAddSpecialTokens(boolean add) {
            addSpecialTokens = add;
            return this;
        }

        /** Which text is cut. */
        public Builder optTruncation(TruncationStrategy strategy) {
            truncation = strategy;
            return this;
        }

        /** Longest row in tokens. */
        public Builder optMaxLength(int tokens) {
            maxLength = OptionalInt.of(tokens);
            return this;
        }

        /** Tokens that a window shares with the one before. */
        public Builder optStride(int tokens) {
            stride = tokens;
            return this;
        }

        /** Whether what is cut off comes back as further rows. */
        public Builder optOverflowWindows(boolean windows) {
            overflowWindows = windows;
            return this;
        }

        /** How far rows are filled up. */
        public Builder optPadding(PaddingStrategy strategy) {
            padding = strategy;
            return this;
        }

        /** Rows are filled up to a multiple of this. */
        public Builder optPadToMultipleOf(int multiple) {
            padToMultipleOf = multiple;
            return this;
        }

        /** Where padding goes. */
        public Builder optPaddingSide(Side side) {
            paddingSide = side;
            return this;
        }

        /** Where tokens are cut. */
        public Builder optTruncationSide(Side side) {
            truncationSide = side;
            return this;
        }

        /** The options. */
        public EncodeOptions build() {
            return new EncodeOptions(
                    addSpecialTokens,
                    truncation,
                    maxLength,
                    stride,
                    overflowWindows,
                    padding,
                    padToMultipleOf,
                    paddingSide,
                    truncationSide);
        }
    }
}
