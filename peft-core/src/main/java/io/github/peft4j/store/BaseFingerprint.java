package io.github.peft4j.store;

import com.google.common.collect.ImmutableList;
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
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

    /** Warnings that this process has logged. */
    private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

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
            Optional<TensorFingerprint.Reading> known = kept.flatMap(BaseFingerprint::read);
            TensorFingerprint.Reading reading =
                    known.isPresent()
                            ? known.orElseThrow()
                            : TensorFingerprint.read(checkpoint.names(), checkpoint::view);
            if (known.isEmpty()) {
                kept.ifPresent(file -> keep(file, reading));
            }
            NonFiniteCheck.warning("The base in " + directory, reading.notFinite())
                    .filter(WARNED::add)
                    .ifPresent(logger::warn);
            return reading.fingerprint();
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

    /** The fingerprint's line, and one for each tensor that is not finite. */
    private static Optional<TensorFingerprint.Reading> read(Path file) {
        try {
            List<String> lines =
                    Files.isRegularFile(file) ? Files.readAllLines(file) : ImmutableList.of();
            if (lines.isEmpty() || !lines.get(0).matches(WHOLE)) {
                return Optional.empty();
            }
            return Optional.of(
                    new TensorFingerprint.Reading(
                            lines.get(0), ImmutableList.copyOf(lines.subList(1, lines.size()))));
        } catch (IOException e) {
            logger.warn("Cannot read the kept fingerprint {}: {}", file, e.toString());
            return Optional.empty();
        }
    }

    private static void keep(Path file, TensorFingerprint.Reading reading) {
        StringBuilder text = new StringBuilder(reading.fingerprint()).append('\n');
        reading.notFinite().forEach(name -> text.append(name.replace('\n', ' ')).append('\n'));
        try {
            AtomicFiles.write(file, FileContent.utf8(text.toString()));
        } catch (IOException e) {
            logger.warn("Cannot keep the base's fingerprint in {}: {}", file, e.toString());
        }
    }
}
