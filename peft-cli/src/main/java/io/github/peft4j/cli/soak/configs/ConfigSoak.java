package io.github.peft4j.cli.soak.configs;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.github.peft4j.cli.soak.process.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Works through folders with changed files in small processes, and goes on behind a death. */
final class ConfigSoak {

    private static final int HEAP = 512;

    /** Folders of one process: then memory that was not freed would show, and the next begins. */
    private static final int MOST = 1000;

    private static final int SHOWN = 500;

    private final List<Path> roots;
    private final long seed;
    private final @Nullable Path keep;
    private final @Nullable Path write;

    /**
     * Nothing happens yet.
     *
     * @param roots with checkpoints, adapters and tokenizers
     * @param seed decides each folder
     * @param keep where folders go that did not end as promised, null for nowhere
     * @param write the file for a line on each folder, null for none
     */
    ConfigSoak(List<Path> roots, long seed, @Nullable Path keep, @Nullable Path write) {
        this.roots = roots;
        this.seed = seed;
        this.keep = keep;
        this.write = write;
    }

    /** Tries some folders; each that does not end as promised is a line. */
    ConfigCounts run(int first, int files, Consumer<String> lines)
            throws IOException, InterruptedException {
        ConfigCounts counts = new ConfigCounts(Map.of());
        int end = first + files;
        for (int next = first; next < end; ) {
            Path work = Files.createTempDirectory("soak");
            try {
                int last = Math.min(end, next + MOST);
                Path results = Files.createFile(work.resolve("results.txt"));
                int code = process(next, last, work).waitFor();
                if (!Files.exists(work.resolve(ConfigTrial.BEGUN))) {
                    throw new IOException(
                            "The process for the files does not start (code %d): %s"
                                    .formatted(code, said(work)));
                }
                List<String> all = Files.readAllLines(results);
                if (write != null) {
                    Files.write(write, all, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                }
                for (String line : all) {
                    counts = counts.plus(outcome(line, lines));
                    next++;
                }
                if (next < last) { // the folder that it ended in wrote no result
                    boolean bound = code == ResourceWatch.TOO_MUCH;
                    lines.accept(
                            "file %d: the process %s %s"
                                    .formatted(
                                            next,
                                            bound ? "took" : "ended with " + code + ":",
                                            said(work)));
                    counts = counts.plus(bound ? ConfigOutcome.UNBOUNDED : ConfigOutcome.DEATH);
                    keepFolder(work, next);
                    next++;
                }
            } finally {
                MoreFiles.deleteRecursively(work, RecursiveDeleteOption.ALLOW_INSECURE);
            }
        }
        return counts;
    }

    private static ConfigOutcome outcome(String line, Consumer<String> lines) {
        ConfigOutcome outcome =
                ConfigOutcome.valueOf(line.split(" ", 3)[1].toUpperCase(Locale.ROOT));
        if (outcome.compareTo(ConfigOutcome.ODD) >= 0) {
            lines.accept("file " + line);
        }
        return outcome;
    }

    private Process process(int from, int to, Path work) throws IOException {
        List<String> arguments = new ArrayList<>();
        arguments.add(Long.toString(seed));
        arguments.add(Integer.toString(from));
        arguments.add(Integer.toString(to));
        arguments.add(work.toString());
        arguments.add(keep == null ? "" : keep.toAbsolutePath().toString());
        roots.forEach(root -> arguments.add(root.toAbsolutePath().toString()));
        return ChildJvm.of(ConfigTrial.class, HEAP, arguments)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("said.txt").toFile())
                .start();
    }

    private static String said(Path work) throws IOException {
        String all =
                new String(Files.readAllBytes(work.resolve("said.txt")), StandardCharsets.UTF_8);
        return all.substring(0, Math.min(all.length(), SHOWN)).strip();
    }

    private void keepFolder(Path work, int index) throws IOException {
        if (keep != null) {
            ConfigTrial.copy(work.resolve("folder"), keep.resolve(Integer.toString(index)));
            Files.copy(work.resolve("said.txt"), keep.resolve(index + ".said.txt"));
        }
    }
}
