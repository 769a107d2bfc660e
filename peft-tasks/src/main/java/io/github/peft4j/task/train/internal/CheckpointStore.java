package io.github.peft4j.task.train.internal;

import com.google.common.collect.ImmutableList;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints in an output directory: {@code checkpoint-<step>}, as Hugging Face names them.
 *
 * <p>One is written into a hidden directory beside its place and renamed when it is whole. A
 * process that is killed leaves the hidden directory, which nobody reads and the next writer
 * removes.
 *
 * @param outputDir where the checkpoints are
 * @param limit how many are kept, 0 for all
 */
public record CheckpointStore(Path outputDir, int limit) {

    private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{1,18})");
    private static final String HIDDEN = ".unfinished-";
    private static final String DELETED = HIDDEN + "deleted-";

    /** Fills the directory of a checkpoint. */
    @FunctionalInterface
    public interface Content {
        void writeTo(Path folder) throws IOException;
    }

    /** The newest complete checkpoint. */
    public Optional<Path> newest() throws IOException {
        List<Path> all = complete();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /**
     * Refuses a folder with checkpoints, which the next ones would be mixed with.
     *
     * @throws IllegalArgumentException if there is one
     */
    public void requireUnused() throws IOException {
        Optional<Path> newest = newest();
        if (newest.isPresent()) {
            throw new IllegalArgumentException(
                    ("%s holds checkpoints of an earlier training, such as %s. Go on with it"
                                    + " (optResumeFromCheckpoint(true), or optResume(ResumeMode.IF_PRESENT)),"
                                    + " let this training replace"
                                    + " them (optOverwriteOutputDir(true)), or use another folder.")
                            .formatted(outputDir, newest.get().getFileName()));
        }
    }

    /** Removes all checkpoints, half deleted ones of earlier versions too. */
    public void clear() throws IOException {
        for (Path folder : list("checkpoint-")) {
            if (step(folder) >= 0) {
                delete(folder);
            }
        }
    }

    /** Where the checkpoint of a step is, or would be. */
    public Path folder(long step) {
        return outputDir.resolve("checkpoint-" + step);
    }

    /** Writes a checkpoint, then removes the oldest ones beyond the limit. */
    public void write(long step, Content content) throws IOException {
        Files.createDirectories(outputDir);
        removeHidden();
        String name = "checkpoint-" + step;
        Path hidden = Files.createDirectory(outputDir.resolve(HIDDEN + name));
        content.writeTo(hidden);
        Path target = outputDir.resolve(name);
        if (Files.exists(target)) {
            Files.move(target, outputDir.resolve(HIDDEN + "replaced-" + name));
        }
        Files.move(hidden, target, StandardCopyOption.ATOMIC_MOVE);
        removeHidden();
        List<Path> kept = complete();
        for (int i = 0; limit > 0 && i < kept.size() - limit; i++) {
            delete(kept.get(i));
        }
    }

    /** Complete checkpoints, oldest first. */
    private ImmutableList<Path> complete() throws IOException {
        return list("checkpoint-").stream()
                .filter(folder -> step(folder) >= 0)
                .filter(TrainerStateFile::isComplete)
                .sorted(Comparator.comparingLong(CheckpointStore::step))
                .collect(ImmutableList.toImmutableList());
    }

    private static long step(Path folder) {
        Matcher matcher = NAME.matcher(String.valueOf(folder.getFileName()));
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    private ImmutableList<Path> list(String start) throws IOException {
        if (!Files.isDirectory(outputDir)) {
            return ImmutableList.of();
        }
        try (Stream<Path> all = Files.list(outputDir)) {
            return all.filter(Files::isDirectory)
                    .filter(path -> String.valueOf(path.getFileName()).startsWith(start))
                    .collect(ImmutableList.toImmutableList());
        }
    }

    /** Takes a checkpoint away at once; what is left if that is interrupted is hidden. */
    private void delete(Path folder) throws IOException {
        Path hidden = outputDir.resolve(DELETED + folder.getFileName() + "-" + UUID.randomUUID());
        Files.move(folder, hidden, StandardCopyOption.ATOMIC_MOVE);
        MoreFiles.deleteRecursively(hidden, RecursiveDeleteOption.ALLOW_INSECURE);
    }

    private void removeHidden() throws IOException {
        for (Path leftover : list(HIDDEN)) {
            MoreFiles.deleteRecursively(leftover, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }
}
