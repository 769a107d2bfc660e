package io.github.peft4j.task.data.qa;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.data.read.Rows;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads questions from JSON in the form of SQuAD 1.1 and 2.0: {@code data}, {@code paragraphs} with
 * {@code context} and {@code qas}, answers with {@code text} and {@code answer_start} in code
 * points, as Python counts.
 *
 * @param skipBadQuestions whether a question whose answer does not stand where it should is counted
 *     and left out instead of refusing the file
 */
public record SquadReader(boolean skipBadQuestions) {

    /** A reader that refuses files with bad questions. */
    public SquadReader() {
        this(false);
    }

    /**
     * Reads a whole file.
     *
     * @throws IOException if the file is not of this form, or a question is bad: the text names
     *     file, id and what is wrong
     */
    public Rows<Question> read(Path file) throws IOException {
        try (SquadStream questions = open(file)) {
            return drain(questions);
        }
    }

    /**
     * Reads a file that is no {@link Path}, such as a resource in a jar; the caller closes it.
     *
     * @param name what errors call it
     * @throws IOException as {@link #read(Path)}
     */
    public Rows<Question> read(InputStream bytes, String name) throws IOException {
        return drain(
                new SquadStream(
                        new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()),
                        name,
                        skipBadQuestions));
    }

    /** Opens a file to be read paragraph by paragraph, however large it is. */
    public SquadStream open(Path file) throws IOException {
        return new SquadStream(
                Files.newBufferedReader(file, StandardCharsets.UTF_8),
                file.toString(),
                skipBadQuestions);
    }

    private static Rows<Question> drain(SquadStream questions) throws IOException {
        try {
            ImmutableList<Question> rows = ImmutableList.copyOf(questions);
            return new Rows<>(rows, questions.badQuestions());
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
    }
}
