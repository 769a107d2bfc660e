package io.github.peft4j.cli.console;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.io.file.FileContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A JSON file that a command writes at its end. */
public final class ReportFile {

    private static final Gson GSON =
            new GsonBuilder()
                    .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
                    .setPrettyPrinting()
                    .create();

    private ReportFile() {}

    /**
     * Checks that a report can be written, by writing an empty file next to it. Call it before the
     * work, whose result would be lost otherwise.
     *
     * @throws IOException if the folder is missing or not writable, or the file is a folder
     */
    public static void requireWritable(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException("Cannot write '" + file + "': it is a folder. Name a file.");
        }
        Path folder = folder(file);
        if (!Files.isDirectory(folder)) {
            throw new IOException(
                    "Cannot write '"
                            + file
                            + "': there is no folder '"
                            + folder
                            + "'. Create it first.");
        }
        try {
            Files.delete(temporary(file));
        } catch (IOException e) {
            throw new IOException(
                    "Cannot write '"
                            + file
                            + "': no file can be created in '"
                            + folder
                            + "' ("
                            + e
                            + "). Name a folder that you may write to.",
                    e);
        }
    }

    /**
     * Writes the fields of a report, {@code likeThis} as {@code like_this}; an existing file is
     * replaced in one step, so a reader never finds half of it.
     */
    public static void write(Object report, Path file) throws IOException {
        AtomicFiles.write(file, FileContent.utf8(GSON.toJson(report) + System.lineSeparator()));
    }

    private static Path temporary(Path file) throws IOException {
        return Files.createTempFile(folder(file), ".report", ".tmp");
    }

    private static Path folder(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }
}
