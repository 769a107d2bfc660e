package io.github.peft4j.hub;

import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The variables that {@code huggingface_hub} reads, with its meaning; an empty one counts as unset.
 */
final class HubEnvironment {

    private static final String DEFAULT_ENDPOINT = "https://huggingface.co";
    private static final Set<String> TRUE = ImmutableSet.of("1", "ON", "YES", "TRUE");
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w++)\\}|(\\w++))");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Logger logger = LoggerFactory.getLogger(HubEnvironment.class);

    private final Map<String, String> variables;

    HubEnvironment(Map<String, String> variables) {
        this.variables = variables;
    }

    String endpoint() {
        return text("HF_ENDPOINT").orElse(DEFAULT_ENDPOINT);
    }

    Path cache() {
        return path("HF_HUB_CACHE")
                .or(() -> path("HUGGINGFACE_HUB_CACHE"))
                .orElseGet(() -> home().resolve("hub"));
    }

    boolean offline() {
        return isTrue(text("HF_HUB_OFFLINE").or(() -> text("TRANSFORMERS_OFFLINE")));
    }

    boolean links() {
        return !isTrue(text("HF_HUB_DISABLE_SYMLINKS"));
    }

    Duration patience() {
        Optional<String> seconds = text("HF_HUB_DOWNLOAD_TIMEOUT");
        try {
            return seconds.map(Long::parseLong)
                    .filter(value -> value > 0)
                    .map(Duration::ofSeconds)
                    .orElse(PATIENCE);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "HF_HUB_DOWNLOAD_TIMEOUT is '%s'. Set it to a whole number of seconds."
                            .formatted(seconds.orElse("")),
                    e);
        }
    }

    /** Of the variable, else of the file that {@code hf auth login} writes. */
    Optional<String> token() {
        if (isTrue(text("HF_HUB_DISABLE_IMPLICIT_TOKEN"))) {
            return Optional.empty();
        }
        return text("HF_TOKEN")
                .or(() -> text("HUGGING_FACE_HUB_TOKEN"))
                .or(this::tokenOfFile)
                .map(String::strip)
                .filter(token -> !token.isEmpty());
    }

    private Optional<String> tokenOfFile() {
        Path file = path("HF_TOKEN_PATH").orElseGet(() -> home().resolve("token"));
        try {
            return Files.isRegularFile(file)
                    ? Optional.of(Files.readString(file, StandardCharsets.UTF_8))
                    : Optional.empty();
        } catch (IOException e) {
            logger.warn("The token in {} cannot be read, and none is sent.", file, e);
            return Optional.empty();
        }
    }

    private Path home() {
        return path("HF_HOME")
                .orElseGet(
                        () ->
                                path("XDG_CACHE_HOME")
                                        .orElseGet(() -> Path.of(userHome(), ".cache"))
                                        .resolve("huggingface"));
    }

    private String userHome() {
        return text("HOME").orElseGet(() -> System.getProperty("user.home"));
    }

    private Optional<String> text(String name) {
        return Optional.ofNullable(variables.get(name)).filter(value -> !value.isBlank());
    }

    /** With the user's folder for a tilde, and with the values of variables. */
    private Optional<Path> path(String name) {
        return text(name).map(this::expanded).map(Path::of);
    }

    private String expanded(String text) {
        boolean tilde = text.equals("~") || text.startsWith("~/") || text.startsWith("~\\");
        String whole = tilde ? userHome() + text.substring(1) : text;
        return VARIABLE.matcher(whole)
                .replaceAll(
                        found -> {
                            String name = found.group(1) == null ? found.group(2) : found.group(1);
                            String value = variables.get(name);
                            return Matcher.quoteReplacement(value == null ? found.group() : value);
                        });
    }

    private static boolean isTrue(Optional<String> value) {
        return value.map(text -> TRUE.contains(text.toUpperCase(Locale.ROOT))).orElse(false);
    }
}
