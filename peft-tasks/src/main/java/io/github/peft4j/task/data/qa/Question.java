package io.github.peft4j.task.data.qa;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * A question and the passage that may answer it.
 *
 * @param id its name in the file
 * @param question the question
 * @param context the passage
 * @param answers pieces of the passage, each of them right; empty if the passage does not say
 */
public record Question(String id, String question, String context, List<Answer> answers) {

    private static final int SHOWN = 60;

    /** Refuses texts that say nothing, and answers that do not stand where they say. */
    public Question {
        answers = ImmutableList.copyOf(answers);
        requireText("question", question);
        requireText("context", context);
        answers.forEach(answer -> requireStands(answer, context));
    }

    private static void requireText(String what, String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException(
                    "the %s is empty. Fill it in or leave the question out.".formatted(what));
        }
    }

    private static void requireStands(Answer answer, String context) {
        String text = answer.text();
        boolean inside = answer.start() >= 0 && answer.start() <= context.length();
        if (text.isBlank() || !inside || !context.startsWith(text, answer.start())) {
            String there = inside ? context.substring(answer.start()) : "";
            int shown = Math.min(Math.max(text.length(), 1), SHOWN);
            throw new IllegalArgumentException(
                    ("the answer '%s' does not stand at char %d of the context, where '%s' is."
                                    + " Correct answer_start or the text.")
                            .formatted(
                                    text,
                                    answer.start(),
                                    there.substring(0, Math.min(there.length(), shown))));
        }
    }

    /** Whether the passage answers the question. */
    public boolean answerable() {
        return !answers.isEmpty();
    }
}
