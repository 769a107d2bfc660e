package io.github.peft4j.task.train.score;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.task.data.qa.Answer;
import io.github.peft4j.task.data.qa.AnswerFinder;
import io.github.peft4j.task.data.qa.FoundAnswer;
import io.github.peft4j.task.data.qa.Question;
import io.github.peft4j.task.data.qa.QuestionWindows;
import io.github.peft4j.task.metric.text.AnswerScores;
import java.util.List;
import java.util.Map;

/**
 * Figures of answers out of passages, {@code exact_match} and {@code f1} as SQuAD has them, from 0
 * to 1: the answer to a question is the best one of all its windows. The validation examples are
 * {@link QuestionWindows}.
 *
 * @param finder what chooses the answer
 * @see AnswerScores
 */
public record AnswerScorer(AnswerFinder finder) implements Scorer {

    /** With answers of at most 30 tokens, or none. */
    public AnswerScorer() {
        this(new AnswerFinder());
    }

    @Override
    public List<String> fields() {
        return ImmutableList.of(ModelOutput.START_LOGITS, ModelOutput.END_LOGITS);
    }

    @Override
    public List<String> names() {
        return ImmutableList.of("exact_match", "f1");
    }

    @Override
    public Map<String, Double> score(Predictions predictions) {
        if (!(predictions.examples() instanceof QuestionWindows windows)) {
            throw new IllegalArgumentException(
                    "The validation examples are not QuestionWindows, so the text of an answer is not known. Make them with QuestionWindows.of.");
        }
        AnswerScores scores = new AnswerScores();
        List<FoundAnswer> found =
                finder.find(
                        windows,
                        predictions.field(ModelOutput.START_LOGITS),
                        predictions.field(ModelOutput.END_LOGITS));
        List<Question> questions = windows.questions();
        for (int i = 0; i < questions.size(); i++) {
            List<String> answers = questions.get(i).answers().stream().map(Answer::text).toList();
            scores.update(found.get(i).text(), answers);
        }
        return ImmutableMap.of("exact_match", scores.exactMatch(), "f1", scores.f1());
    }
}
