package io.github.peft4j.task.train.watch;

import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.io.file.FileContent;
import io.github.peft4j.task.train.report.LogEntry;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.task.train.report.TrainingStart;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;

/**
 * Writes the history of a training into a CSV file (RFC 4180, UTF-8): {@code
 * step,epoch,name,value}, a row for each figure of each line, such as {@code 500,1.25,loss,0.3817}.
 * Lines come at each {@code logging_steps} and of each evaluation, whose figures begin with {@code
 * eval_}.
 *
 * <p>A row is in the file when the step is over. When a training resumes, the file is written again
 * from the checkpoint's history: rows after the checkpoint go, and none comes twice. A training
 * that begins replaces the log of an earlier one; a file that is no such log is refused.
 */
public final class CsvLog implements TrainerListener {

    private static final String HEADER = "step,epoch,name,value";
    private static final String END = "\r\n";

    private final Path file;

    /** Writes into this file, whose folder is made if it is missing. */
    public CsvLog(Path file) {
        this.file = file;
    }

    /**
     * Begins the file.
     *
     * @throws IllegalArgumentException if there is a file of something else
     * @throws UncheckedIOException if it cannot be written
     */
    @Override
    public void onStart(TrainingStart start) {
        StringBuilder text = new StringBuilder(HEADER + END);
        start.history().forEach(entry -> text.append(rows(entry)));
        try {
            requireLog();
            AtomicFiles.write(file, FileContent.utf8(text.toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void requireLog() throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        String first;
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            first = reader.readLine();
        } catch (CharacterCodingException e) {
            first = "no text";
        }
        if (!HEADER.equals(first)) {
            throw new IllegalArgumentException(
                    ("%s is not the log of a training: it does not begin with '%s'. Name another"
                                    + " file for the log, or move this one away.")
                            .formatted(file, HEADER));
        }
    }

    /**
     * Appends a line of the history.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    @Override
    public void onLog(LogEntry entry) {
        // Not a channel: that of an interrupted thread closes, and the training is to stop orderly.
        try (OutputStream out = new FileOutputStream(file.toFile(), true)) {
            out.write(rows(entry).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String rows(LogEntry entry) {
        StringBuilder rows = new StringBuilder();
        new TreeMap<>(entry.figures())
                .forEach(
                        (name, value) ->
                                rows.append(entry.step())
                                        .append(',')
                                        .append(entry.epoch())
                                        .append(',')
                                        .append(quoted(name))
                                        .append(',')
                                        .append(value)
                                        .append(END));
        return rows.toString();
    }

    private static String quoted(String text) {
        boolean plain = text.chars().noneMatch(sign -> sign == '"' || sign == ',' || sign < ' ');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
