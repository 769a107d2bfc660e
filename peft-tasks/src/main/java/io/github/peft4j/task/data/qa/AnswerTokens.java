package io.github.peft4j.task.data.qa;

import io.github.peft4j.task.tokenize.Span;
import java.util.List;

/** Finds the tokens of an answer among those of its passage. */
final class AnswerTokens {

    private AnswerTokens() {}

    /**
     * The tokens that share a character with a question's first answer.
     *
     * @param context the piece of the passage of each token in a window
     * @return numbers of those tokens, or {@link Span#EMPTY} if the question has no answer or the
     *     window does not hold it wholly
     */
    static Span find(Question question, List<Span> context) {
        if (!question.answerable()) {
            return Span.EMPTY;
        }
        Span answer = question.answers().get(0).span();
        boolean inside =
                context.get(0).start() <= answer.start()
                        && context.get(context.size() - 1).end() >= answer.end();
        int start = 0;
        while (start < context.size() && context.get(start).end() <= answer.start()) {
            start++;
        }
        int end = start;
        while (end < context.size() && context.get(end).start() < answer.end()) {
            end++;
        }
        return inside && end > start ? new Span(start, end) : Span.EMPTY;
    }
}
