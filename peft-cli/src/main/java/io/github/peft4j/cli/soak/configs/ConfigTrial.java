package io.github.peft4j.cli.soak.configs;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.github.peft4j.cli.soak.process.ChildJvm;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;

/** The process that loads folders with changed files. */
final class ConfigTrial {

    /** A file that says that it has started. */
    static final String BEGUN = "begun";

    private ConfigTrial() {}

    /** Seed, first folder, the one behind the last, where to work, where to keep, what to read. */
    public static void main(String[] arguments) throws IOException {
        PrintStream said = System.out;
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> thrown.printStackTrace(said));
        ChildJvm.endWithParent();
        LongestLine logged = new LongestLine();
        System.setErr(new PrintStream(logged, false, StandardCharsets.UTF_8));
        ConfigChanges changes =
                new ConfigChanges(
                        ConfigFolders.read(Arrays.stream(arguments).skip(5).map(Path::of).toList()),
                        Long.parseLong(arguments[0]));
        int from = Integer.parseInt(arguments[1]);
        int to = Integer.parseInt(arguments[2]);
        Path work = Path.of(arguments[3]);
        Files.createFile(work.resolve(BEGUN));
        ResourceWatch watch = ResourceWatch.start();
        try (ConfigUse use = new ConfigUse();
                BufferedWriter results =
                        Files.newBufferedWriter(
                                work.resolve("results.txt"), StandardOpenOption.WRITE)) {
            for (int i = from; i < to; i++) {
                Path folder = work.resolve("folder");
                ConfigChanges.Changed changed = changes.write(i, folder);
                watch.begin();
                Judgement judged = use.judge(changed.source(), folder);
                judged = watch.judge(logged.judge(judged));
                results.write(
                        "%d %s %s %s %s\n"
                                .formatted(
                                        i,
                                        judged.outcome().name().toLowerCase(Locale.ROOT),
                                        changed.source().folder().getFileName(),
                                        changed.files().toString().replace(" ", ""),
                                        judged.text()));
                results.flush();
                if (judged.outcome().compareTo(ConfigOutcome.ODD) >= 0) {
                    keep(folder, arguments[4], i);
                }
            }
        }
    }

    private static void keep(Path folder, String where, int index) throws IOException {
        if (where.isEmpty()) {
            return;
        }
        Path target = Path.of(where).resolve(Integer.toString(index));
        if (Files.exists(target)) {
            MoreFiles.deleteRecursively(target, RecursiveDeleteOption.ALLOW_INSECURE);
        }
        copy(folder, target);
    }

    /** Copies all files of a folder. */
    static void copy(Path folder, Path target) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = target.resolve(folder.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.write(copy, Files.readAllBytes(file));
            }
        }
    }

    /** Remembers how long the longest line was that somebody logged. */
    private static final class LongestLine extends OutputStream {

        private int now;
        private int longest;

        @Override
        public synchronized void write(int b) {
            now = b == '\n' ? 0 : now + 1;
            longest = Math.max(longest, now);
        }

        @Override
        public synchronized void write(byte[] bytes, int start, int length) {
            for (int i = start; i < start + length; i++) {
                write(bytes[i]);
            }
        }

        synchronized Judgement judge(Judgement judged) {
            int length = longest;
            longest = 0;
            return length > Judgement.LONGEST && judged.outcome().compareTo(ConfigOutcome.ODD) < 0
                    ? new Judgement(ConfigOutcome.ODD, "a line of " + length + " bytes was logged")
                    : judged;
        }
    }
}
