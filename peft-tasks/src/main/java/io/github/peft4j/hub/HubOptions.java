package io.github.peft4j.hub;

import com.google.common.base.CharMatcher;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.hub.internal.SafeNames;
import io.github.peft4j.json.JsonReasons;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Which hub, which cache, which revision. What is not set here is read from the variables that
 * Python reads: {@code HF_ENDPOINT}, {@code HF_HOME}, {@code HF_HUB_CACHE}, {@code HF_TOKEN} (or
 * the file that {@code hf auth login} writes), {@code HF_HUB_OFFLINE}, {@code
 * HF_HUB_DISABLE_SYMLINKS}, {@code HF_HUB_DOWNLOAD_TIMEOUT}, {@code HTTPS_PROXY}.
 */
public final class HubOptions {

    private final Map<String, String> environment;
    private final URI endpoint;
    private final Path cache;
    private final Optional<String> token;
    private final boolean offline;
    private final boolean links;
    private final String revision;
    private final HubListener listener;
    private final Duration patience;
    private final int tries;
    private final UnaryOperator<Duration> pause;

    private HubOptions(Builder builder) {
        environment = builder.environment;
        endpoint = builder.endpoint;
        cache = builder.cache;
        token = builder.token;
        offline = builder.offline;
        links = builder.links;
        revision = builder.revision;
        listener = builder.listener;
        patience = builder.patience;
        tries = builder.tries;
        pause = builder.pause;
    }

    /** Starts with what the variables of this process say. */
    public static Builder builder() {
        return builder(System.getenv());
    }

    /** Starts with what these variables say. */
    public static Builder builder(Map<String, String> environment) {
        return new Builder(ImmutableMap.copyOf(environment));
    }

    /** What the variables of this process say. */
    public static HubOptions fromEnvironment() {
        return builder().build();
    }

    /** The address of the hub, without a slash at its end. */
    public URI endpoint() {
        return endpoint;
    }

    /** The folder that holds all repositories. */
    public Path cache() {
        return cache;
    }

    /** Whether nothing may be downloaded. */
    public boolean offline() {
        return offline;
    }

    /** The branch, tag or commit. */
    public String revision() {
        return revision;
    }

    /** The same, but for the branch, tag or commit. */
    public HubOptions withRevision(String value) {
        Builder builder = new Builder(environment);
        builder.endpoint = endpoint;
        builder.cache = cache;
        builder.token = token;
        builder.offline = offline;
        builder.links = links;
        builder.listener = listener;
        builder.patience = patience;
        builder.tries = tries;
        builder.pause = pause;
        return builder.optRevision(value).build();
    }

    Map<String, String> environment() {
        return environment;
    }

    Optional<String> token() {
        return token;
    }

    boolean links() {
        return links;
    }

    HubListener listener() {
        return listener;
    }

    Duration patience() {
        return patience;
    }

    int tries() {
        return tries;
    }

    UnaryOperator<Duration> pause() {
        return pause;
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "HubOptions[%s, cache %s, revision %s%s]"
                .formatted(endpoint, cache, revision, offline ? ", offline" : "");
    }

    /** Builds options. */
    public static final class Builder {

        private static final CharMatcher PRINTED = CharMatcher.inRange('!', '~');

        private final Map<String, String> environment;
        private URI endpoint;
        private Path cache;
        private Optional<String> token;
        private boolean offline;
        private boolean links;
        private String revision = "main";
        private HubListener listener = HubListener.NONE;
        private Duration patience;
        private int tries = 5;
        private UnaryOperator<Duration> pause = UnaryOperator.identity();

        private Builder(Map<String, String> environment) {
            this.environment = environment;
            HubEnvironment variables = new HubEnvironment(environment);
            endpoint = address(variables.endpoint());
            cache = variables.cache();
            token = variables.token().map(Builder::checked);
            offline = variables.offline();
            links = variables.links();
            patience = variables.patience();
        }

        /**
         * The address of the hub or of a mirror.
         *
         * @throws IllegalArgumentException if it is no address of a web server
         */
        public Builder optEndpoint(String value) {
            endpoint = address(value);
            return this;
        }

        /** The folder that holds all repositories. */
        public Builder optCache(Path value) {
            cache = Preconditions.checkNotNull(value, "cache");
            return this;
        }

        /**
         * The token of an account. It is sent to the endpoint alone, never to where that redirects.
         *
         * @throws IllegalArgumentException if no token looks like this
         */
        public Builder optToken(String value) {
            token = Optional.of(checked(value.strip()));
            return this;
        }

        /** Whether to read the cache alone. */
        public Builder optOffline(boolean value) {
            offline = value;
            return this;
        }

        /**
         * The branch, tag or commit; {@code main} unless this says otherwise.
         *
         * @throws IllegalArgumentException if it cannot be the name of one
         */
        public Builder optRevision(String value) {
            SafeNames.fault(value)
                    .ifPresent(
                            fault -> {
                                throw new IllegalArgumentException(
                                        "The revision '%s' %s. Pass a branch, a tag or a commit."
                                                .formatted(JsonReasons.shown(value), fault));
                            });
            revision = value;
            return this;
        }

        /** Hears how a download goes. */
        public Builder optListener(HubListener value) {
            listener = Preconditions.checkNotNull(value, "listener");
            return this;
        }

        /**
         * How long a server may say nothing; 10 seconds unless this says otherwise.
         *
         * @throws IllegalArgumentException if that is no time
         */
        public Builder optPatience(Duration value) {
            Preconditions.checkArgument(
                    value.toMillis() > 0,
                    "The server may be silent for %s. Give it a time above zero.",
                    value);
            patience = value;
            return this;
        }

        /**
         * How often a request is tried that brings nothing, the first time included; 5 unless this
         * says otherwise.
         *
         * @throws IllegalArgumentException if it is below 1
         */
        public Builder optTries(int value) {
            Preconditions.checkArgument(value >= 1, "Tries are %s. Allow 1 at least.", value);
            tries = value;
            return this;
        }

        /** What becomes of a pause between two tries, for tests. */
        Builder pausing(UnaryOperator<Duration> value) {
            pause = value;
            return this;
        }

        /** The options. */
        public HubOptions build() {
            return new HubOptions(this);
        }

        private static URI address(String text) {
            String bare = CharMatcher.is('/').trimTrailingFrom(text.strip());
            try {
                URI uri = new URI(bare);
                boolean web =
                        "http".equalsIgnoreCase(uri.getScheme())
                                || "https".equalsIgnoreCase(uri.getScheme());
                if (web
                        && uri.getHost() != null
                        && uri.getRawUserInfo() == null
                        && uri.getRawQuery() == null
                        && uri.getRawFragment() == null) {
                    return uri;
                }
            } catch (URISyntaxException e) {
                throw new IllegalArgumentException(notAddress(text), e);
            }
            throw new IllegalArgumentException(notAddress(text));
        }

        private static String notAddress(String text) {
            return "The endpoint '%s' is no address of a web server. Set HF_ENDPOINT, or the option, to one such as https://huggingface.co."
                    .formatted(JsonReasons.shown(text));
        }

        /** Never shows the token, which the client of the JDK would in its own message. */
        private static String checked(String token) {
            if (token.isEmpty() || !PRINTED.matchesAllOf(token)) {
                throw new IllegalArgumentException(
                        "The token has characters that no token has, or none at all. Set HF_TOKEN to"
                                + " what the hub shows under Access Tokens (hf_...).");
            }
            return token;
        }
    }
}
