package io.github.peft4j.examples.data;

import ai.djl.MalformedModelException;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Checkpoints that ship in the jar, made for the demos: real weights, small enough to be trained
 * for minutes on one processor and good for nothing else. A README.md beside each says what it has
 * learned.
 */
public enum SmallModel {
    /** GPT-2, 3.5 million parameters: definitions of words, and novels. */
    GPT2_MINI("gpt2-mini"),
    /** T5, 3.6 million parameters: rewrites English dates, times and numbers. */
    T5_MINI("t5-mini");

    /** Part of the directory's name: raise it when a file changes. */
    private static final String VERSION = "1";

    private static final ImmutableList<String> FILES =
            ImmutableList.of(
                    "LICENSES.txt",
                    "README.md",
                    "config.json",
                    "generation_config.json",
                    "model.safetensors",
                    "tokenizer.json",
                    "tokenizer_config.json");

    private final String folder;

    SmallModel(String folder) {
        this.folder = folder;
    }

    /** The checkpoint directory under the cache directory, unpacked at the first call. */
    public Path directory() throws IOException, MalformedModelException {
        return directory(CacheDirectory.root());
    }

    /** The checkpoint directory under this cache directory, unpacked at the first call. */
    public Path directory(Path cache) throws IOException, MalformedModelException {
        return AtomicDirectory.directory(cache, folder + "-" + VERSION, this::unpack);
    }

    private void unpack(Path directory) throws IOException {
        for (String file : FILES) {
            try (InputStream in = DemoData.open(folder + "/" + file)) {
                Files.copy(in, directory.resolve(file));
            }
        }
    }
}
