package io.github.peft4j.task.tokenize.internal;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.tuner.prompt.TextTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text that a prompt starts from with a checkpoint's tokenizer: that of a directory, or,
 * where the name is the base's own, as it usually is, that of the base.
 */
@AutoService(TextTokens.class)
public final class CheckpointTextTokens implements TextTokens {

    private static final String SUBFOLDER = "subfolder";

    /** What Python's loader takes that cannot change a text's ids here. */
    private static final ImmutableSet<String> WITHOUT_EFFECT =
            ImmutableSet.of(
                    "trust_remote_code",
                    "use_fast",
                    "padding_side",
                    "truncation_side",
                    "cache_dir",
                    "local_files_only",
                    "revision",
                    "token");

    /** For {@code ServiceLoader}. */
    public CheckpointTextTokens() {}

    @Override
    public long[] ids(
            BaseModel base, String nameOrPath, Map<String, @Nullable Object> options, String text) {
        Set<String> unknown = new TreeSet<>(options.keySet());
        unknown.removeAll(WITHOUT_EFFECT);
        unknown.remove(SUBFOLDER);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "tokenizer_kwargs hold "
                            + unknown
                            + ", which tokenizers here do not have. Save the tokenizer with these"
                            + " settings, and leave them out.");
        }
        Path directory = directory(base, nameOrPath);
        if (options.get(SUBFOLDER) instanceof String folder) {
            directory = directory.resolve(folder);
        }
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(directory)) {
            return tokenizer.encode(text).ids();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "tokenizer_name_or_path "
                            + nameOrPath
                            + " has no tokenizer that can be read: "
                            + e.getMessage(),
                    e);
        }
    }

    private static Path directory(BaseModel base, String nameOrPath) {
        Path given = Path.of(nameOrPath);
        if (Files.isDirectory(given)) {
            return given;
        }
        String own = base.info().nameOrPath();
        if (base.block() instanceof TransformerModel model) {
            String last = last(nameOrPath);
            boolean same = own != null && last.equals(last(own));
            if (same || last.equals(last(model.directory().toString()))) {
                return model.directory();
            }
        }
        throw new IllegalArgumentException(
                "tokenizer_name_or_path '"
                        + nameOrPath
                        + "' is no directory, and the base is called '"
                        + own
                        + "'. Pass the directory of the tokenizer.");
    }

    /** The last part of a path or of a name on the hub. */
    private static String last(String name) {
        return String.valueOf(Path.of(name).getFileName());
    }
}
