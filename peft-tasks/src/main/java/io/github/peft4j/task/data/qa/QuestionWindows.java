package io.github.peft4j.task.data.qa;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.RaggedInts;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.Span;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Token;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.tokenize.TruncationStrategy;
import java.util.List;

/**
 * Questions with their passages, in rows of bounded length: a passage that is too long is cut into
 * windows that overlap, each with the whole question before it.
 *
 * <p>{@code start_positions} and {@code end_positions}, int64 [B], are the first and the last token
 * that share a character with the first answer; both are 0 if there is no answer or it is not
 * wholly inside the window, as in Hugging Face's example for SQuAD. Rows are padded on the right
 * whatever the tokenizer says, so that positions count from the first token.
 */
public final class QuestionWindows implements BatchSource {

    private final ImmutableList<Question> questions;
    private final TokenDataset tokens;
    private final ImmutableIntArray samples;
    private final ImmutableIntArray contextStarts;
    private final RaggedInts charStarts;
    private final RaggedInts charEnds;

    private QuestionWindows(
            ImmutableList<Question> questions, TokenDataset tokens, Collector collected) {
        this.questions = questions;
        this.tokens = tokens;
        this.samples = collected.samples.build();
        this.contextStarts = collected.contextStarts.build();
        this.charStarts = collected.charStarts.build();
        this.charEnds = collected.charEnds.build();
    }

    /**
     * Cuts questions into windows.
     *
     * @param maxLength longest row in tokens, special tokens included
     * @param stride tokens of the passage that a window shares with the one before
     * @throws IllegalArgumentException that names the question by its number, if it leaves no room
     *     for the passage
     */
    public static QuestionWindows of(
            Tokenizer tokenizer, List<Question> questions, int maxLength, int stride) {
        EncodeOptions options =
                EncodeOptions.builder()
                        .optTruncation(TruncationStrategy.ONLY_SECOND)
                        .optTruncationSide(Side.RIGHT)
                        .optMaxLength(maxLength)
                        .optStride(stride)
                        .optOverflowWindows(true)
                        .optPaddingSide(Side.RIGHT)
                        .build();
        ImmutableList<Question> copy = ImmutableList.copyOf(questions);
        Collector collector = new Collector(copy, TokenDataset.builder(tokenizer, options));
        tokenizer.encodeEach(
                copy.stream().map(each -> TextInput.pair(each.question(), each.context())).toList(),
                options,
                collector::add);
        return new QuestionWindows(copy, collector.dataset(), collector);
    }

    /** Number of windows. */
    @Override
    public int size() {
        return tokens.size();
    }

    @Override
    public int length(int index) {
        return tokens.length(index);
    }

    @Override
    public TokenBatch batch(int... indices) {
        return tokens.batch(indices);
    }

    /** The questions, in the order given. */
    public List<Question> questions() {
        return questions;
    }

    /** Number of the question of a window. */
    public int question(int window) {
        return samples.get(window);
    }

    /** The tokens of the passage in a window: positions from {@code start} to {@code end - 1}. */
    public Span contextTokens(int window) {
        int start = contextStarts.get(window);
        return new Span(start, start + charStarts.length(window));
    }

    /** The piece of the passage, in Java chars, from one token of a window to another. */
    public Span contextChars(int window, int firstToken, int lastToken) {
        int start = contextStarts.get(window);
        int from = charStarts.get(window, firstToken - start);
        return new Span(from, Math.max(from, charEnds.get(window, lastToken - start)));
    }

    /** Takes windows one by one. */
    private static final class Collector {

        private final ImmutableList<Question> questions;
        private final TokenDataset.Builder tokens;
        private final ImmutableIntArray.Builder samples = ImmutableIntArray.builder();
        private final ImmutableIntArray.Builder contextStarts = ImmutableIntArray.builder();
        private final RaggedInts.Builder charStarts = RaggedInts.builder();
        private final RaggedInts.Builder charEnds = RaggedInts.builder();
        private final ImmutableLongArray.Builder starts = ImmutableLongArray.builder();
        private final ImmutableLongArray.Builder ends = ImmutableLongArray.builder();

        Collector(ImmutableList<Question> questions, TokenDataset.Builder tokens) {
            this.questions = questions;
            this.tokens = tokens;
        }

        void add(Encoding row) {
            Question question = questions.get(row.sample());
            int first = 0;
            while (first < row.length() && row.sequence(first) != 1) {
                first++;
            }
            ImmutableList<Span> context =
                    row.tokens().stream()
                            .filter(token -> token.sequence() == 1)
                            .map(Token::chars)
                            .collect(ImmutableList.toImmutableList());
            if (context.isEmpty()) {
                throw new IllegalArgumentException(
                        "Question %s has 0 tokens of its context in a window. Raise maxLength."
                                .formatted(question.id()));
            }
            tokens.add(row);
            samples.add(row.sample());
            contextStarts.add(first);
            charStarts.add(context.stream().mapToInt(Span::start).toArray());
            charEnds.add(context.stream().mapToInt(Span::end).toArray());
            Span answer = AnswerTokens.find(question, context);
            boolean found = answer.end() > 0;
            starts.add(found ? first + answer.start() : 0);
            ends.add(found ? first + answer.end() - 1 : 0);
        }

        TokenDataset dataset() {
            return tokens.optColumn(ModelInput.START_POSITIONS, column(starts.build()))
                    .optColumn(ModelInput.END_POSITIONS, column(ends.build()))
                    .build();
        }

        private static HostArray column(ImmutableLongArray values) {
            return new HostArray.Int64(values.toArray(), new Shape(values.length()));
        }
    }
}
