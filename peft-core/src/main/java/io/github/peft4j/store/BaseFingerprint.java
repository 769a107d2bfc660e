package io.github.peft4j.store;

import com.google.common.hash.Hashing;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.io.file.FileContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link TensorFingerprint} of a checkpoint. Reading gigabytes takes seconds, so it is computed
 * once for files of these paths, sizes and times, and kept in the user's cache: {@code
 * $XDG_CACHE_HOME/peft4j/fingerprints}, or {@code ~/.cache}.
 */
public final class BaseFingerprint {

    private static final Logger logger = LoggerFactory.getLogger(BaseFingerprint.class);

    private static final String WHOLE = "sha256:[0-9a-f]{64}";

    private BaseFingerprint() {}

    /**
     * That of the files a base was loaded from; none if it was not, or holds merged weights.
     *
     * @throws IOException if a file cannot be read
     */
    public static Optional<String> of(BaseModel base) throws IOException {
        return base.origin().isPresent() && base.substitutes().isEmpty()
                ? Optional.of(of(base.origin().orElseThrow().directory(), cache()))
                : Optional.empty();
    }

    static String of(Path directory, Optional<Path> cache) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            StringBuilder key = new StringBuilder();
            for (Path file : checkpoint.files()) {
                Path real = file.toRealPath();
                key.append(real).append('\0').append(Files.size(real)).append('\0');
                key.append(Files.getLastModifiedTime(real)).append('\n');
            }
            String name = Hashing.sha256().hashString(key, StandardCharsets.UTF_8).toString();
            Optional<Path> kept = cache.map(folder -> folder.resolve(name));
            Optional<String> known = kept.flatMap(BaseFingerprint::read);
            if (known.isPresent()) {
                return known.orElseThrow();
            }
            String fingerprint = TensorFingerprint.of(checkpoint.names(), checkpoint::view);
            kept.ifPresent(file -> keep(file, fingerprint));
            return fingerprint;
        }
    }

    private static Optional<Path> cache() {
        try {
            String given = System.getenv("XDG_CACHE_HOME");
            Path cache =
                    given == null || given.isBlank()
                            ? Path.of(System.getProperty("user.home"), ".cache")
                            : Path.of(given);
            return Optional.of(cache.resolve("peft4j").resolve("fingerprints"));
        } catch (InvalidPathException noPath) {
            logger.warn("The user's cache directory is not a path: {}", noPath.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<String> read(Path file) {
        try {
            String text = Files.isRegularFile(file) ? Files.readString(file).strip() : "";
            return text.matches(WHOLE) ? Optional.of(text) : Optional.empty();
        } catch (IOException e) {
            logger.warn("Cannot read the kept fingerprint {}: {}", file, e.toString());
            return Optional.empty();
        }
    }

    private static void keep(Path file, String fingerprint) {
        try {
            AtomicFiles.write(file, FileContent.utf8(fingerprint + "\n"));
        } catch (IOException e) {
            logger.warn("Cannot keep the base's fingerprint in {}: {}", file, e.toString());
        }
    }
}
