package io.github.peft4j.task.translate;

import ai.djl.modality.nlp.qa.QAInput;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.data.qa.AnswerFinder;
import io.github.peft4j.task.data.qa.FoundAnswer;
import io.github.peft4j.task.data.qa.Question;
import io.github.peft4j.task.data.qa.QuestionWindows;
import io.github.peft4j.task.tokenize.Span;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Questions about a passage to the piece of it that answers them, for a {@code Predictor<QAInput,
 * String>} over a model whose outputs are start and end logits, [B, S] each.
 *
 * <p>A passage of any length is read in {@link QuestionWindows}, all of them rows of one batch, and
 * {@link AnswerFinder} looks for the answer in all. Across windows it compares logits; Hugging
 * Face's pipeline compares probabilities within each.
 *
 * <p>Immutable, and shared between threads as {@link TextClassificationTranslator} is.
 */
public final class QuestionAnsweringTranslator implements Translator<QAInput, String> {

    private static final String WINDOWS = "peft4j.windows";

    private final Tokenizer tokenizer;
    private final AnswerFinder finder;
    private final boolean wholeWords;
    private final int maxLength;
    private final int stride;

    private QuestionAnsweringTranslator(Builder builder) {
        tokenizer = builder.tokenizer;
        finder = new AnswerFinder(builder.longestAnswer, !builder.mayBeAbsent);
        wholeWords = builder.wholeWords;
        maxLength = builder.maxLength;
        stride = builder.stride.orElse(Math.min(Builder.STRIDE, maxLength / 2));
    }

    /** Starts with the defaults of Hugging Face's pipeline. */
    public static Builder builder(Tokenizer tokenizer) {
        return new Builder(tokenizer);
    }

    /** The windows of one question are a batch already. */
    @Override
    public Batchifier getBatchifier() {
        return new RowsAsBatch();
    }

    /** The windows of one question, [W, S] each. */
    @Override
    public NDList processInput(TranslatorContext ctx, QAInput input) {
        return batchProcessInput(ctx, ImmutableList.of(input));
    }

    @Override
    public NDList batchProcessInput(TranslatorContext ctx, List<QAInput> inputs) {
        if (inputs.isEmpty()) {
            return new NDList();
        }
        RowTranslator.switchGradientsOff(ctx);
        List<Question> questions = new ArrayList<>();
        for (QAInput input : inputs) {
            questions.add(question(questions.size(), input));
        }
        QuestionWindows windows = QuestionWindows.of(tokenizer, questions, maxLength, stride);
        ctx.setAttachment(WINDOWS, windows);
        TokenBatch batch = windows.batch(IntStream.range(0, windows.size()).toArray());
        return arrays(batch, ctx.getNDManager());
    }

    private static Question question(int number, QAInput input) {
        String question = input.getQuestion();
        String passage = input.getParagraph();
        if (question == null || question.isBlank() || passage == null || passage.isBlank()) {
            throw new IllegalArgumentException(
                    "Question '%s' about passage '%s' cannot be answered. Give a text for both."
                            .formatted(question, passage));
        }
        return new Question("number " + number, question, passage, ImmutableList.of());
    }

    /** What the model reads, without the answers' places. */
    private static NDList arrays(TokenBatch batch, NDManager manager) {
        NDList arrays = new NDList();
        for (String name :
                new String[] {
                    ModelInput.INPUT_IDS, ModelInput.ATTENTION_MASK, ModelInput.TOKEN_TYPE_IDS
                }) {
            HostArray column = batch.columns().get(name);
            if (column != null) {
                NDArray array = column.toArray(manager);
                array.setName(name);
                arrays.add(array);
            }
        }
        return arrays;
    }

    @Override
    public String processOutput(TranslatorContext ctx, NDList list) {
        return batchProcessOutput(ctx, list).get(0);
    }

    @Override
    public List<String> batchProcessOutput(TranslatorContext ctx, NDList list) {
        if (list.isEmpty()) {
            return ImmutableList.of();
        }
        if (list.size() < 2) {
            throw new IllegalArgumentException(
                    "The model returns %d arrays, not start_logits and end_logits. Load it with the"
                                    .formatted(list.size())
                            + " task type QUESTION_ANS.");
        }
        QuestionWindows windows = (QuestionWindows) ctx.getAttachment(WINDOWS);
        List<FoundAnswer> answers =
                finder.find(windows, rows(list.get(0), windows), rows(list.get(1), windows));
        ImmutableList.Builder<String> texts = ImmutableList.builder();
        for (int i = 0; i < answers.size(); i++) {
            texts.add(text(windows.questions().get(i).context(), answers.get(i)));
        }
        return texts.build();
    }

    private static float[][] rows(NDArray logits, QuestionWindows windows) {
        float[] flat = logits.toFloatArray();
        int width = flat.length / windows.size();
        float[][] rows = new float[windows.size()][width];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(flat, row * width, rows[row], 0, width);
        }
        return rows;
    }

    private String text(String passage, FoundAnswer answer) {
        if (!answer.answered() || !wholeWords) {
            return answer.text();
        }
        Span chars = WholeWords.widened(tokenizer.encode(passage), answer.chars());
        return passage.substring(chars.start(), chars.end()).strip();
    }

    /** Collects options; {@link #build} checks them. */
    public static final class Builder {

        private static final int STRIDE = 128;
        private static final int LENGTH = 384;

        private final Tokenizer tokenizer;
        private int longestAnswer = 15;
        private boolean mayBeAbsent;
        private boolean wholeWords = true;
        private int maxLength;
        private OptionalInt stride = OptionalInt.empty();

        private Builder(Tokenizer tokenizer) {
            this.tokenizer = tokenizer;
            maxLength = Math.min(LENGTH, tokenizer.config().modelMaxLength().orElse(LENGTH));
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

        /**
         * Most tokens of a window, question and special tokens included ({@code max_seq_len});
         * default 384, or less if the tokenizer says that the model takes less.
         */
        public Builder optMaxLength(int tokens) {
            maxLength = tokens;
            return this;
        }

        /**
         * Tokens of the passage that two windows share ({@code doc_stride}); default 128, or half a
         * window if that is less.
         */
        public Builder optStride(int tokens) {
            stride = OptionalInt.of(tokens);
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
