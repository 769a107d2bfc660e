package io.github.peft4j.cli.soak;

import com.google.common.base.Verify;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.cli.soak.process.ChildJvm;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The process that loads changed files, and that a file may end. */
final class TokenizerTrial {

    /** After this time on one file the process ends itself. */
    static final Duration LONGEST = Duration.ofSeconds(20);

    /** Its exit code then. */
    static final int TOO_LONG = 99;

    /** A file that says that it has started. */
    static final String BEGUN = "begun";

    private static final ImmutableList<String> TEXTS =
            ImmutableList.of(
                    "hello world",
                    "",
                    "   ",
                    "The quick brown fox's 12345 jumps, over the lazy dog!?\n\n\t x",
                    "\u00e9e\u0301\u0302 \u0130\u00df \ufdfa \u2581\u2581 \ud83d\udc69\u200d\ud83d\udc67 \u4e2d\u6587\u5b57",
                    "\u0000\u0001\ufffd\ufeff \u3000\u00a0 x",
                    "\u4e00",
                    "[CLS] [SEP]</s> <s> <unk>[MASK]  <pad> a<|endoftext|> b",
                    "a   b  <s>   x </s>   ",
                    "a".repeat(300) + "!",
                    " ".repeat(600) + "x",
                    "aaaa bbbb ".repeat(60));

    /** They take most of the time, so not every file is tried with them. */
    private static final ImmutableList<String> LONG_TEXTS =
            ImmutableList.of(" ".repeat(3000) + "x", "ab".repeat(1500) + "!\n", "a".repeat(3000));

    private final Tokenizer tokenizer;
    private @Nullable String barred;

    private TokenizerTrial(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** Folder, seed, first file, file behind the last, folder to work in, folder to write to. */
    public static void main(String[] arguments) throws IOException {
        ChildJvm.endWithParent();
        TokenizerChanges changes =
                new TokenizerChanges(
                        TokenizerFolder.read(Path.of(arguments[0])), Long.parseLong(arguments[1]));
        int from = Integer.parseInt(arguments[2]);
        int to = Integer.parseInt(arguments[3]);
        Path work = Path.of(arguments[4]);
        Path file = work.resolve("tokenizer.json");
        Files.createFile(work.resolve(BEGUN));
        AtomicLong began = new AtomicLong(System.nanoTime());
        watch(began);
        try (BufferedWriter results =
                Files.newBufferedWriter(work.resolve("results.txt"), StandardOpenOption.WRITE)) {
            for (int i = from; i < to; i++) {
                began.set(System.nanoTime());
                byte[] json = changes.file(i);
                Files.write(file, json);
                if (!arguments[5].isEmpty()) {
                    Path all = Files.createDirectories(Path.of(arguments[5]));
                    Files.write(all.resolve(i + ".json"), json);
                }
                results.write(i + " " + result(work, new Random(i)) + "\n");
                results.flush();
            }
        }
    }

    private static void watch(AtomicLong began) {
        Thread watch =
                new Thread(
                        () -> {
                            while (System.nanoTime() - began.get() < LONGEST.toNanos()) {
                                try {
                                    Thread.sleep(100);
                                } catch (InterruptedException stop) {
                                    return;
                                }
                            }
                            Runtime.getRuntime().halt(TOO_LONG);
                        },
                        "watch");
        watch.setDaemon(true);
        watch.start();
    }

    /** What came of a file, on one line. */
    private static String result(Path folder, Random random) {
        Tokenizer tokenizer;
        try {
            tokenizer = Tokenizer.fromPretrained(folder);
        } catch (IOException refused) {
            return "refused " + line(refused);
        } catch (RuntimeException | Error odd) {
            return "odd " + line(odd);
        }
        try (tokenizer) {
            Optional<String> barred = new TokenizerTrial(tokenizer).use(random);
            return barred.map(use -> "limited " + use).orElse("loaded");
        } catch (OutOfMemoryError | StackOverflowError odd) {
            return "odd " + line(odd);
        }
    }

    private static String line(Throwable thrown) {
        return thrown.toString().replaceAll("[\\s\\p{Cs}]+", " ");
    }

    /**
     * Texts may be refused, e.g. for want of an unknown token; the process must go on.
     *
     * @return the first use that the file may not be put to, if there is one
     */
    private Optional<String> use(Random random) {
        EncodeOptions bare = EncodeOptions.builder().optAddSpecialTokens(false).build();
        for (String text : TEXTS) {
            encode(TextInput.of(text), EncodeOptions.DEFAULT);
            encode(TextInput.of(text), bare);
        }
        if (random.nextInt(8) == 0) {
            for (String text : LONG_TEXTS) {
                encode(TextInput.of(text), bare);
            }
        }
        encode(TextInput.pair(TEXTS.get(3), TEXTS.get(7)), EncodeOptions.DEFAULT);
        encode(TextInput.pair(TEXTS.get(1), TEXTS.get(4)), bare);
        encode(TextInput.words(List.of("hello", "", "w\u00f6rld")), bare);
        decode();
        for (int round = 0; round < 4; round++) {
            decode(random.ints(12, 0, 300).asLongStream().toArray());
        }
        for (long id = 0; id < 24; id++) {
            decode(id);
        }
        decode(LongStream.range(0, 300).toArray());
        decode(Integer.MAX_VALUE, 0);
        return Optional.ofNullable(barred);
    }

    private void encode(TextInput text, EncodeOptions options) {
        try {
            Encoding row = tokenizer.encode(text, options);
            Verify.verify(row.tokens().size() == row.length());
            decode(row.ids());
        } catch (RuntimeException refused) {
            note(refused);
        }
    }

    private void decode(long... ids) {
        try {
            tokenizer.decode(ids, true);
            tokenizer.decode(ids, false);
        } catch (RuntimeException refused) {
            note(refused);
        }
    }

    /** What else is said is judged elsewhere. */
    private void note(RuntimeException refused) {
        if (barred == null && refused instanceof IllegalStateException) {
            barred = line(refused);
        }
    }
}
