package io.github.peft4j.task.translate;

import ai.djl.modality.nlp.qa.QAInput;
import io.github.peft4j.task.data.EncodeOptions;
import io.github.peft4j.task.data.Encoding;
import io.github.peft4j.task.data.TextInput;
import io.github.peft4j.task.data.Tokenizer;
import io.github.peft4j.task.data.TruncationStrategy;
import java.util.List;

/**
 * Questions about a passage to the piece of it that answers them, for a {@code Predictor<QAInput,
 * String>} over a model whose outputs are start and end logits, [B, S] each.
 *
 * <p>The passage is read in one row: what does not fit the tokenizer's {@code model_max_length} is
 * cut off and cannot be found.
 *
 * <p>Immutable, and shared between threads as {@link TextClassificationTranslator} is.
 */
public final class QuestionAnsweringTranslator extends RowTranslator<QAInput, String> {

    private final int longestAnswer;
    private final boolean mayBeAbsent;
    private final boolean wholeWords;

    private QuestionAnsweringTranslator(Builder builder) {
        super(builder.tokenizer, builder.options);
        longestAnswer = builder.longestAnswer;
        mayBeAbsent = builder.mayBeAbsent;
        wholeWords = builder.wholeWords;
    }

    /** Starts with the defaults of Hugging Face's pipeline. */
    public static Builder builder(Tokenizer tokenizer) {
        return new Builder(tokenizer);
    }

    @Override
    TextInput text(QAInput input) {
        String question = input.getQuestion();
        String passage = input.getParagraph();
        if (question == null || question.isBlank() || passage == null || passage.isBlank()) {
            throw new IllegalArgumentException(
                    "Question '%s' about passage '%s' cannot be answered. Give a text for both."
                            .formatted(question, passage));
        }
        return TextInput.pair(question, passage);
    }

    @Override
    String result(TextInput text, Encoding row, List<float[]> outputs) {
        if (outputs.size() < 2) {
            throw new IllegalArgumentException(
                    "The model returns %d arrays, not start_logits and end_logits. Load it with the"
                                    .formatted(outputs.size())
                            + " task type QUESTION_ANS.");
        }
        String passage = ((TextInput.Pair) text).textPair();
        return AnswerSpan.text(
                passage,
                row,
                outputs.get(0),
                outputs.get(1),
                longestAnswer,
                mayBeAbsent,
                wholeWords);
    }

    /** Collects options; {@link #build} checks them. */
    public static final class Builder {

        private final Tokenizer tokenizer;
        private int longestAnswer = 15;
        private boolean mayBeAbsent;
        private boolean wholeWords = true;
        private EncodeOptions options;

        private Builder(Tokenizer tokenizer) {
            this.tokenizer = tokenizer;
            options = cutToModel(tokenizer, TruncationStrategy.ONLY_SECOND);
        }

        /** Most tokens of an answer ({@code max_answer_len}); default 15. */
        public Builder optMaxAnswerLength(int tokens) {
            longestAnswer = tokens;
            return this;
        }

        /**
         * Whether the answer may be empty ({@code handle_impossible_answer}), for models trained
         * with unanswerable questions; default false.
         */
        public Builder optHandleImpossibleAnswer(boolean value) {
            mayBeAbsent = value;
            return this;
        }

        /** Whether answers are whole words ({@code align_to_words}); default true. */
        public Builder optAlignToWords(boolean value) {
            wholeWords = value;
            return this;
        }

        /** How passages are cut; padding and windows must stay off. */
        public Builder optEncodeOptions(EncodeOptions value) {
            options = value;
            return this;
        }

        /**
         * The translator.
         *
         * @throws IllegalArgumentException if answers could have no token
         */
        public QuestionAnsweringTranslator build() {
            if (longestAnswer < 1) {
                throw new IllegalArgumentException(
                        "max_answer_len %d allows no answer. Give 1 or more tokens."
                                .formatted(longestAnswer));
            }
            return new QuestionAnsweringTranslator(this);
        }
    }
}
