package io.github.peft4j.cli.soak.adapters;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.github.peft4j.PeftModel;
import io.github.peft4j.cli.soak.process.ChildJvm;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Kills processes that save adapters, and looks at what they leave. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "saves",
        description = "Kill processes while they save; no folder may hold two versions.")
public final class SavesCommand implements Callable<Integer> {

    private static final ImmutableList<String> ONE = ImmutableList.of("default");
    private static final ImmutableList<String> FOUR = ImmutableList.of("default", "b", "c", "e");
    private static final int LONGEST_MILLIS = 250;

    @Spec private CommandSpec spec;

    @Option(names = "--kills", paramLabel = "N", description = "How many (default: 100).")
    private int kills = 100;

    @Option(names = "--seed", paramLabel = "S", description = "Repeats an earlier run's moments.")
    private @Nullable Long seed;

    private int refused;
    private int mixed;
    private int leftovers;
    private int readings;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        long start = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
        out.println("seed " + start);
        Random random = new Random(start);
        Path work = Files.createTempDirectory("peft-soak");
        try (VersionedAdapters one = new VersionedAdapters(ONE);
                VersionedAdapters four = new VersionedAdapters(FOUR)) {
            for (int kill = 0; kill < kills; kill++) {
                boolean many = kill % 2 == 1;
                Path folder = work.resolve("kill-" + kill);
                trial(many ? four : one, many ? FOUR : ONE, folder, random, out);
                MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
                if ((kill + 1) % 100 == 0) {
                    report(kill + 1, out);
                }
            }
        } finally {
            MoreFiles.deleteRecursively(work, RecursiveDeleteOption.ALLOW_INSECURE);
        }
        report(kills, out);
        return mixed + leftovers == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private void report(int done, PrintWriter out) {
        out.printf(
                "%d kills, %d readings beside a saver: %d folders mixed, %d refused and mended by"
                        + " the next save, %d with files left after it%n",
                done, readings, mixed, refused, leftovers);
        out.flush();
    }

    private void trial(
            VersionedAdapters adapters,
            List<String> names,
            Path folder,
            Random random,
            PrintWriter out)
            throws IOException, InterruptedException {
        Process saver =
                ChildJvm.of(
                                SavesTrial.class,
                                ImmutableList.of(folder.toString(), Joiner.on(',').join(names)))
                        .start();
        try {
            if (saver.getInputStream().read() < 0) {
                throw new IOException("The process that saves has ended by itself.");
            }
            long end =
                    System.nanoTime()
                            + TimeUnit.MILLISECONDS.toNanos(random.nextInt(LONGEST_MILLIS));
            // Beside every other saver somebody reads, which also finishes what was interrupted.
            boolean reads = random.nextBoolean();
            while (reads && System.nanoTime() < end) {
                readings++;
                look(() -> adapters.load(folder).close(), out);
            }
            TimeUnit.NANOSECONDS.sleep(Math.max(0, end - System.nanoTime()));
        } finally {
            saver.destroyForcibly().waitFor();
        }
        if (!look(() -> adapters.versionIn(folder), out)) {
            refused++;
        }
        int next = 1_000_000;
        try (PeftModel model = adapters.version(next)) {
            model.savePretrained(folder);
        }
        if (!look(() -> adapters.versionIn(folder), out) || hasHidden(folder)) {
            leftovers++;
        }
    }

    /** Something that may find a mixed folder or be refused. */
    @FunctionalInterface
    private interface Look {
        void at() throws IOException;
    }

    private boolean look(Look look, PrintWriter out) {
        try {
            look.at();
            return true;
        } catch (VersionedAdapters.MixedException e) {
            mixed++;
            out.println("MIXED: " + e.getMessage());
            return true;
        } catch (IOException e) {
            out.println("refused: " + e.getMessage());
            return false;
        }
    }

    private static boolean hasHidden(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.anyMatch(path -> String.valueOf(path.getFileName()).startsWith("."));
        }
    }
}
