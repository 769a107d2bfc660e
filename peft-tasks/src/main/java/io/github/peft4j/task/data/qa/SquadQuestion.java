package io.github.peft4j.task.data.qa;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import io.github.peft4j.json.JsonReasons;

/** One question of a SQuAD file. */
final class SquadQuestion {

    private static final String IMPOSSIBLE = "is_impossible";

    private SquadQuestion() {}

    /**
     * Reads a question.
     *
     * @throws IllegalArgumentException if the answers contradict the passage or {@code
     *     is_impossible}
     */
    static Question read(JsonObject question, String id, String context) {
        ImmutableList.Builder<Answer> answers = ImmutableList.builder();
        for (JsonElement element : SquadStream.list(question, "answers")) {
            answers.add(answer(SquadStream.object(element, "the answer"), context));
        }
        Question read =
                new Question(id, SquadStream.text(question, "question"), context, answers.build());
        JsonElement impossible = question.get(IMPOSSIBLE);
        if (impossible != null && !(impossible instanceof JsonPrimitive flag && flag.isBoolean())) {
            throw new IllegalArgumentException(
                    "is_impossible is %s, not true or false. Correct it."
                            .formatted(JsonReasons.shown(impossible)));
        }
        if (impossible != null && impossible.getAsBoolean() == read.answerable()) {
            throw new IllegalArgumentException(
                    "is_impossible is %s with %d answers. Correct one of the two."
                            .formatted(impossible, read.answers().size()));
        }
        return read;
    }

    private static Answer answer(JsonObject answer, String context) {
        String start = SquadStream.text(answer, "answer_start");
        int codePoints;
        try {
            codePoints = Integer.parseInt(start);
        } catch (NumberFormatException notWhole) {
            throw new JsonParseException("answer_start " + start + " is no whole number", notWhole);
        }
        int length = context.codePointCount(0, context.length());
        if (codePoints < 0 || codePoints > length) {
            throw new IllegalArgumentException(
                    "answer_start %d lies outside of the context of %d characters. Correct it."
                            .formatted(codePoints, length));
        }
        return new Answer(
                SquadStream.text(answer, "text"), context.offsetByCodePoints(0, codePoints));
    }
}
