package io.github.peft4j.cli.soak;

import com.google.common.collect.ImmutableList;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.github.peft4j.cli.soak.process.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Works through changed files in a process of its own, and starts it again behind a death. */
final class TokenizerSoak {

    private final Path folder;
    private final long seed;
    private final @Nullable Path keep;
    private final @Nullable Path write;

    /**
     * Nothing happens yet.
     *
     * @param folder with tokenizer.json files
     * @param seed decides each file
     * @param keep where files go that ended a process, null for nowhere
     * @param write where all files go, null for nowhere
     */
    TokenizerSoak(Path folder, long seed, @Nullable Path keep, @Nullable Path write) {
        this.folder = folder;
        this.seed = seed;
        this.keep = keep;
        this.write = write;
    }

    /** Tries some files; each death, hang and odd error is a line. */
    TokenizerCounts run(int files, Consumer<String> lines)
            throws IOException, InterruptedException {
        TokenizerCounts counts = TokenizerCounts.NONE;
        Path work = Files.createTempDirectory("soak");
        try {
            int next = 0;
            while (next < files) {
                Path results = Files.createFile(work.resolve("results.txt"));
                int code = process(next, files, work).waitFor();
                Path begun = work.resolve(TokenizerTrial.BEGUN);
                if (!Files.exists(begun)) {
                    throw new IOException(
                            "The process for the files does not start (code %d): %s"
                                    .formatted(code, Files.readString(work.resolve("said.txt"))));
                }
                Files.delete(begun);
                List<String> all = Files.readAllLines(results);
                for (String line : all) {
                    counts = counts.plus(count(line, lines));
                }
                keepResults(all);
                next += all.size();
                if (next < files) { // the file that it died of wrote no result
                    boolean hung = code == TokenizerTrial.TOO_LONG;
                    lines.accept(
                            "file %d: the process %s"
                                    .formatted(
                                            next, hung ? "took too long" : "ended with " + code));
                    counts =
                            counts.plus(
                                    new TokenizerCounts(0, 0, 0, 0, hung ? 0 : 1, hung ? 1 : 0));
                    keepFile(work, next);
                    keepResults(ImmutableList.of(next + (hung ? " hang" : " death")));
                    next++;
                }
                Files.delete(results);
            }
        } finally {
            MoreFiles.deleteRecursively(work, RecursiveDeleteOption.ALLOW_INSECURE);
        }
        return counts;
    }

    private static TokenizerCounts count(String line, Consumer<String> lines) {
        String result = line.split(" ", 3)[1];
        switch (result) {
            case "loaded" -> {
                return new TokenizerCounts(1, 0, 0, 0, 0, 0);
            }
            case "limited" -> {
                return new TokenizerCounts(0, 1, 0, 0, 0, 0);
            }
            case "refused" -> {
                return new TokenizerCounts(0, 0, 1, 0, 0, 0);
            }
            default -> {
                lines.accept("file " + line);
                return new TokenizerCounts(0, 0, 0, 1, 0, 0);
            }
        }
    }

    private Process process(int from, int to, Path work) throws IOException {
        List<String> arguments =
                ImmutableList.of(
                        folder.toAbsolutePath().toString(),
                        Long.toString(seed),
                        Integer.toString(from),
                        Integer.toString(to),
                        work.toString(),
                        write == null ? "" : write.toAbsolutePath().toString());
        return ChildJvm.of(TokenizerTrial.class, arguments)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("said.txt").toFile())
                .start();
    }

    private void keepFile(Path work, int index) throws IOException {
        if (keep != null) {
            Path own = Files.createDirectories(keep.resolve("%d-%d".formatted(seed, index)));
            for (String name : new String[] {"tokenizer.json", "said.txt"}) {
                if (Files.exists(work.resolve(name))) {
                    Files.write(own.resolve(name), Files.readAllBytes(work.resolve(name)));
                }
            }
        }
    }

    private void keepResults(List<String> results) throws IOException {
        if (write != null) {
            Files.createDirectories(write);
            Files.write(
                    write.resolve("results.txt"),
                    results,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }
}
