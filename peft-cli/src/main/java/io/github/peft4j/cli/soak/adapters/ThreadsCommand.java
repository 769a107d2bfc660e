package io.github.peft4j.cli.soak.adapters;

import com.google.common.collect.ImmutableList;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Predicts, saves and merges while other threads load, copy and delete adapters. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "threads",
        description = "Predict while adapters change; none may be seen half changed.")
public final class ThreadsCommand implements Callable<Integer> {

    private static final String NAME = "default";

    @Spec private CommandSpec spec;

    @Option(
            names = "--predictions",
            paramLabel = "N",
            description = "How many predictions (default: 10000).")
    private int predictions = 10_000;

    private final AtomicBoolean done = new AtomicBoolean();

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        PrintWriter out = spec.commandLine().getOut();
        Path work = Files.createTempDirectory("peft-soak");
        ExecutorService threads = Executors.newCachedThreadPool();
        try (VersionedAdapters adapters = new VersionedAdapters(ImmutableList.of(NAME))) {
            return trial(adapters, work, threads, out);
        } finally {
            done.set(true);
            threads.shutdown();
            MoreFiles.deleteRecursively(work, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }

    private int trial(
            VersionedAdapters adapters, Path work, ExecutorService threads, PrintWriter out)
            throws IOException, InterruptedException, ExecutionException {
        Path old = work.resolve("old");
        Path young = work.resolve("young");
        // Versions of one rank: the second is loaded over the first.
        try (PeftModel first = adapters.version(1);
                PeftModel second = adapters.version(4)) {
            first.savePretrained(old);
            second.savePretrained(young);
            List<byte[]> whole =
                    ImmutableList.of(
                            adapters.output(first, NAME), scaledLike(adapters, first, young));
            first.loadAdapter(old, NAME);
            List<Future<Integer>> all = others(first, work, old, young, threads);
            int torn = 0;
            int news = 0;
            for (int i = 0; i < predictions; i++) {
                byte[] seen = adapters.output(first, NAME);
                torn += whole.stream().noneMatch(one -> Arrays.equals(one, seen)) ? 1 : 0;
                news += Arrays.equals(whole.get(1), seen) ? 1 : 0;
            }
            done.set(true);
            List<Integer> counts = new ArrayList<>();
            for (Future<Integer> other : all) {
                counts.add(other.get());
            }
            out.printf(
                    "%d predictions, %d of them with the newer adapter: %d torn; beside them %d pairs"
                            + " of loads, %d and %d adapters loaded and deleted, %d saves, %d merges,"
                            + " %d copies%n",
                    predictions,
                    news,
                    torn,
                    counts.get(0),
                    counts.get(1),
                    counts.get(2),
                    counts.get(3),
                    counts.get(4),
                    counts.get(5));
            return torn == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private static byte[] scaledLike(VersionedAdapters adapters, PeftModel model, Path young)
            throws IOException {
        model.loadAdapter(young, NAME);
        return adapters.output(model, NAME);
    }

    private List<Future<Integer>> others(
            PeftModel model, Path work, Path old, Path young, ExecutorService threads) {
        return ImmutableList.of(
                threads.submit(
                        repeat(
                                () -> {
                                    model.loadAdapter(young, NAME);
                                    return model.loadAdapter(old, NAME);
                                })),
                threads.submit(repeat(() -> come(model, old, "x"))),
                threads.submit(repeat(() -> come(model, young, "y"))),
                threads.submit(
                        repeat(
                                () -> {
                                    model.savePretrained(work.resolve("all"));
                                    return work;
                                })),
                threads.submit(
                        repeat(
                                () -> {
                                    try (MergedModel merged = model.mergeAndUnload(NAME)) {
                                        return merged.info();
                                    }
                                })),
                threads.submit(
                        repeat(
                                () -> {
                                    model.copyAdapter(NAME, "copy");
                                    model.deleteAdapter("copy");
                                    return model.trainableParameters();
                                })));
    }

    private static String come(PeftModel model, Path folder, String name) throws IOException {
        model.loadAdapter(folder, name);
        model.deleteAdapter(name);
        return name;
    }

    private Callable<Integer> repeat(Callable<?> action) {
        return () -> {
            int count = 0;
            for (; !done.get(); count++) {
                action.call();
            }
            return count;
        };
    }
}
