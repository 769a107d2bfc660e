package io.github.peft4j.task.data.qa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.task.data.DataFiles;
import io.github.peft4j.task.data.read.Rows;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SquadReaderTest {

    private static final SquadReader READER = new SquadReader();

    @TempDir private Path directory;

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("demo.json"), text);
    }

    /** A file with one paragraph; the questions stand before the context, as they may. */
    private static String file(String... questions) {
        return "{\"version\": \"1.1\", \"data\": [{\"title\": \"t\", \"paragraphs\": [{\"qas\": ["
                + String.join(",", questions)
                + "], \"context\": \"The boat left at 7.\"}], \"x\": [1]}]}";
    }

    private static String question(String id, String rest) {
        return "{\"id\": \"" + id + "\", \"question\": \"When?\", " + rest + "}";
    }

    private static String answer(String text, int start) {
        return "{\"text\": \"" + text + "\", \"answer_start\": " + start + "}";
    }

    private void refuses(String text, String... parts) throws IOException {
        Path file = write(text);
        assertThatThrownBy(() -> READER.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("demo.json")
                .hasMessageContainingAll(parts);
    }

    @Test
    void readsTheSecondForm() throws IOException {
        Rows<Question> read = READER.read(DataFiles.path("qa.json"));

        assertThat(read.rows()).hasSize(15);
        assertThat(read.rows()).filteredOn(Question::answerable).hasSize(12);
        Question first = read.rows().get(0);
        assertThat(first.id()).isEqualTo("p03q0");
        assertThat(first.question())
                .isEqualTo("Which version of the payment service was released?");
        assertThat(first.answers()).containsExactly(new Answer("version 4.2", 44));
    }

    @Test
    void readsTheFirstForm() throws IOException {
        String good =
                question("a", "\"answers\": [" + answer("7", 17) + "," + answer("at 7", 14) + "]");

        Question read = READER.read(write(file(good))).rows().get(0);

        assertThat(read.answers()).containsExactly(new Answer("7", 17), new Answer("at 7", 14));
        assertThat(read.context()).isEqualTo("The boat left at 7.");
    }

    @Test
    void countsCharactersAsPythonDoes() throws IOException {
        Question boat =
                READER.read(DataFiles.path("qa.json")).rows().stream()
                        .filter(question -> question.id().equals("x1"))
                        .findFirst()
                        .orElseThrow();

        Answer answer = boat.answers().get(0);

        assertThat(answer.text()).isEqualTo("boat 🛶");
        assertThat(boat.context().substring(answer.span().start(), answer.span().end()))
                .isEqualTo("boat 🛶");
        assertThat(answer.start()).isEqualTo(boat.context().indexOf("boat"));
    }

    @Test
    void namesABadAnswer() throws IOException {
        refuses(
                file(question("q7", "\"answers\": [" + answer("at 7", 15) + "]")),
                "question q7: the answer 'at 7' does not stand at char 15",
                "where 't 7.' is");
        refuses(
                file(question("q8", "\"answers\": [" + answer("7", 99) + "]")),
                "question q8: answer_start 99 lies outside of the context of 19 characters");
        refuses(
                file(question("q9", "\"answers\": [], \"is_impossible\": false")),
                "question q9: is_impossible is false with 0 answers");
        refuses(
                file(
                        question(
                                "q10",
                                "\"answers\": [" + answer("7", 17) + "], \"is_impossible\": true")),
                "question q10: is_impossible is true with 1 answers");
        for (String odd : new String[] {"\"true\"", "1", "null", "[]", "{}"}) {
            refuses(
                    file(question("q11", "\"answers\": [], \"is_impossible\": " + odd)),
                    "question q11: is_impossible is " + odd + ", not true or false");
        }
    }

    @Test
    void skipsBadQuestionsOnlyIfAsked() throws IOException {
        Path file =
                write(
                        file(
                                question("a", "\"answers\": [" + answer("8", 17) + "]"),
                                question("b", "\"answers\": [" + answer("7", 17) + "]")));

        Rows<Question> read = new SquadReader(true).read(file);

        assertThat(read.rows()).extracting(Question::id).containsExactly("b");
        assertThat(read.badRows()).isEqualTo(1);
        assertThatThrownBy(() -> READER.read(file)).hasMessageContaining("question a");
    }

    @Test
    void refusesOtherFiles() throws IOException {
        refuses("{\"version\": \"1.1\"}", "lacks the list 'data'");
        refuses("[]", "is not in the form of SQuAD at $");
        refuses("{\"data\": []}", "gives 0 questions");
        refuses("{\"data\": [{\"paragraphs\": [{\"qas\": []}]}]}", "the text 'context' is missing");
        refuses("{\"data\": [{\"paragraphs\": [3]}]}", "the paragraph is no object");
        refuses(file(question("a", "\"x\": 1")), "the list 'answers' is missing");
        refuses(
                file(question("a", "\"answers\": [{\"text\": \"7\", \"answer_start\": 1.5}]")),
                "answer_start 1.5 is no whole number");
        refuses("{\"data\": [", "is not in the form of SQuAD");
        byte[] bad = {'{', '"', (byte) 0xff};
        assertThatThrownBy(() -> READER.read(new ByteArrayInputStream(bad), "bad.json"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bad.json is not in the form of SQuAD");
    }

    @Test
    void streamsQuestionsBeforeTheFileIsReadToItsEnd() throws IOException {
        String good = file(question("a", "\"answers\": [" + answer("7", 17) + "]"));
        Path file = write(good.substring(0, good.length() - 1));
        try (SquadStream questions = READER.open(file)) {
            assertThat(questions.next().id()).isEqualTo("a");
            assertThatThrownBy(questions::hasNext).isInstanceOf(UncheckedIOException.class);
        }
        byte[] bytes = good.getBytes(StandardCharsets.UTF_8);
        assertThat(READER.read(new ByteArrayInputStream(bytes), "jar!/a").rows()).hasSize(1);
    }
}
