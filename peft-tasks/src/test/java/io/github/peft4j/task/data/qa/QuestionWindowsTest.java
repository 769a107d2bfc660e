package io.github.peft4j.task.data.qa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.peft4j.task.data.DataFiles;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.GoldenTokenizers;
import io.github.peft4j.task.tokenize.Span;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuestionWindowsTest {

    private static Question question(String context, Answer... answers) {
        return new Question("q", "the boat?", context, ImmutableList.copyOf(answers));
    }

    @ParameterizedTest
    @CsvSource({"bert, 80, 16", "roberta, 96, 24"})
    void cutsWindowsAndPlacesAnswersAsHuggingFaceDoes(String name, int maxLength, int stride)
            throws IOException {
        JsonArray expected = DataFiles.expected("questions").getAsJsonObject().getAsJsonArray(name);
        List<Question> questions = new SquadReader().read(DataFiles.path("qa.json")).rows();
        try (Tokenizer tokenizer = GoldenTokenizers.load(name)) {
            QuestionWindows windows = QuestionWindows.of(tokenizer, questions, maxLength, stride);

            assertThat(windows.size()).isEqualTo(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                JsonObject window = expected.get(i).getAsJsonObject();
                int start = window.get("start").getAsInt();
                int end = window.get("end").getAsInt();
                assertThat(windows.question(i)).isEqualTo(window.get("sample").getAsInt());
                assertThat(windows.length(i)).isEqualTo(window.get("length").getAsInt());
                JsonArray context = window.getAsJsonArray("context");
                assertThat(windows.contextTokens(i))
                        .isEqualTo(new Span(context.get(0).getAsInt(), context.get(1).getAsInt()));
                assertThat(DataFiles.column(windows, i, "start_positions")).containsExactly(start);
                assertThat(DataFiles.column(windows, i, "end_positions")).containsExactly(end);
                if (end > 0) {
                    Span chars = windows.contextChars(i, start, end);
                    assertThat(
                                    questions
                                            .get(windows.question(i))
                                            .context()
                                            .substring(chars.start(), chars.end()))
                            .isEqualTo(window.get("text").getAsString());
                }
            }
        }
    }

    @Test
    void padsOnTheRightWhateverTheTokenizerSays() throws IOException {
        List<Question> questions =
                List.of(question("boat", new Answer("boat", 0)), question("the the the the boat"));
        try (Tokenizer llama = GoldenTokenizers.load("llama")) {
            TokenBatch batch = QuestionWindows.of(llama, questions, 64, 0).batch(0, 1);

            long[] mask = DataFiles.column(batch, "attention_mask");
            assertThat(mask[0]).isEqualTo(1);
            assertThat(mask[(int) batch.shape().get(1) - 1]).isZero();
            assertThat(DataFiles.column(batch, "start_positions")[1]).isZero();
            assertThat(DataFiles.column(batch, "start_positions")[0]).isPositive();
        }
    }

    @Test
    void givesNoPlaceToAnAnswerThatIsCut() throws IOException {
        String context = "the the the boat boat boat the the";
        Question cut = question(context, new Answer("boat boat boat", 12));
        try (Tokenizer bert = GoldenTokenizers.load("bert")) {
            int special = bert.encode("the boat?", "x", EncodeOptions.DEFAULT).length() - 1;
            QuestionWindows windows = QuestionWindows.of(bert, List.of(cut), special + 4, 2);

            assertThat(windows.size()).isEqualTo(3);
            assertThat(DataFiles.column(windows, 0, "start_positions")).containsExactly(0);
            assertThat(DataFiles.column(windows, 1, "start_positions")[0])
                    .isEqualTo(windows.contextTokens(1).start() + 1);
            assertThat(DataFiles.column(windows, 1, "end_positions")[0])
                    .isEqualTo(windows.contextTokens(1).start() + 3);
            assertThat(DataFiles.column(windows, 2, "end_positions")).containsExactly(0);
        }
    }

    @Test
    void refusesQuestionsThatLeaveNoRoom() throws IOException {
        List<Question> questions = List.of(question("boat"), question("the the the the"));
        try (Tokenizer bert = GoldenTokenizers.load("bert")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> QuestionWindows.of(bert, questions, 6, 0))
                    .withMessageContaining("Text 0: Truncation ONLY_SECOND to maxLength 6");
        }
    }
}
