package io.github.peft4j.hub;

import com.google.common.base.Strings;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.hub.HubException.Reason;
import io.github.peft4j.hub.internal.Proxies;
import io.github.peft4j.json.JsonReasons;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the hub. Redirects are followed here, one by one: the token goes to the endpoint alone, and
 * not even there once a redirect has left it.
 */
final class HubClient {

    private static final Set<Integer> REDIRECTS = ImmutableSet.of(301, 302, 303, 307, 308);
    private static final int MOST_REDIRECTS = 8;

    private static final Logger logger = LoggerFactory.getLogger(HubClient.class);

    private final HubOptions options;
    private final HttpClient client;

    HubClient(HubOptions options) {
        this.options = options;
        client =
                HttpClient.newBuilder()
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(options.patience())
                        .proxy(Proxies.of(options.environment()))
                        .build();
    }

    /**
     * An answer that is no redirect, or one that leaves the endpoint and was not to be followed.
     *
     * @param response the last answer
     * @param first headers of the hub's own answers, of which the first with a name counts
     * @param away where the last answer leads out of the endpoint to; empty if it does not
     */
    record Answer(HttpResponse<InputStream> response, Map<String, String> first, Optional<URI> away)
            implements AutoCloseable {

        Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }

        @Override
        public void close() {
            try {
                response.body().close();
            } catch (IOException e) {
                logger.debug("Cannot close an answer", e);
            }
        }
    }

    /** Asks for the headers of a file, at the endpoint alone. */
    Answer head(URI uri) throws IOException {
        return follow("HEAD", uri, Map.of(), false);
    }

    /** Asks for a content, wherever that leads. */
    Answer get(URI uri, Map<String, String> headers) throws IOException {
        return follow("GET", uri, headers, true);
    }

    /** Whether an address is the endpoint's. */
    boolean isEndpoint(URI uri) {
        URI own = options.endpoint();
        return own.getScheme().equalsIgnoreCase(uri.getScheme())
                && own.getHost().equalsIgnoreCase(uri.getHost())
                && port(own) == port(uri);
    }

    private Answer follow(String method, URI start, Map<String, String> headers, boolean leaving)
            throws IOException {
        Map<String, String> first = new LinkedHashMap<>();
        URI at = start;
        boolean trusted = isEndpoint(start);
        for (int hops = 0; hops <= MOST_REDIRECTS; hops++) {
            HttpResponse<InputStream> response = exchange(method, at, headers, trusted);
            if (trusted) {
                response.headers()
                        .map()
                        .forEach((name, values) -> first.putIfAbsent(lower(name), values.get(0)));
            }
            if (!REDIRECTS.contains(response.statusCode())) {
                return new Answer(response, first, Optional.empty());
            }
            URI next;
            try {
                next = target(response, at);
            } catch (HubException e) {
                response.body().close();
                throw e;
            }
            boolean leaves = !isEndpoint(next);
            if (leaves && !leaving) {
                return new Answer(response, first, Optional.of(next));
            }
            response.body().close();
            trusted &= !leaves;
            at = next;
        }
        throw new HubException(
                Reason.BROKEN,
                "%s redirects more than %d times. Check HF_ENDPOINT."
                        .formatted(shown(start), MOST_REDIRECTS));
    }

    private HttpResponse<InputStream> exchange(
            String method, URI uri, Map<String, String> headers, boolean trusted)
            throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .timeout(options.patience())
                        .header("Accept-Encoding", "identity")
                        .header("User-Agent", "peft4j; java/" + Runtime.version().feature());
        headers.forEach(request::header);
        if (trusted) {
            options.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException stopped =
                    new InterruptedIOException(
                            "The thread was interrupted while it asked "
                                    + shown(uri)
                                    + ". What has arrived is kept: ask again.");
            stopped.initCause(e);
            throw stopped;
        } catch (SSLException e) {
            throw new HubException(
                    Reason.UNREACHABLE,
                    "No safe connection to %s: %s. If a proxy of this network opens connections, add its certificate to the JDK's trust store (-Djavax.net.ssl.trustStore)."
                            .formatted(uri.getHost(), e.getMessage()),
                    e);
        } catch (IOException e) {
            throw failed(uri, e);
        }
    }

    private IOException failed(URI uri, IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return new HubException(
                        Reason.UNREACHABLE,
                        "There is no address for %s. Check the network; if it does not reach the hub, set HTTPS_PROXY, or HF_ENDPOINT to a mirror."
                                .formatted(uri.getHost()),
                        e);
            }
        }
        String text =
                e instanceof HttpTimeoutException
                        ? "no answer for " + options.patience().toMillis() / 1000.0 + " s"
                        : Strings.isNullOrEmpty(e.getMessage())
                                ? "no connection (" + e.getClass().getSimpleName() + ")"
                                : JsonReasons.message(e);
        return new TransientFailure(shown(uri) + ": " + text, e);
    }

    /** Where a redirect leads. */
    private static URI target(HttpResponse<?> response, URI from) throws HubException {
        String location = response.headers().firstValue("Location").orElse("");
        try {
            URI to = from.resolve(location);
            boolean safe = "https".equalsIgnoreCase(to.getScheme());
            boolean plain = "http".equalsIgnoreCase(to.getScheme());
            boolean worse = plain && "https".equalsIgnoreCase(from.getScheme());
            if ((safe || plain)
                    && !worse
                    && !location.isEmpty()
                    && to.getHost() != null
                    && to.getRawUserInfo() == null) {
                return to;
            }
        } catch (IllegalArgumentException e) {
            logger.debug("A redirect that is no address", e);
        }
        throw new HubException(
                Reason.BROKEN,
                "%s redirects to where nothing may be fetched from (%s). Check HF_ENDPOINT, and whether a proxy of this network answers in the hub's place."
                        .formatted(shown(from), JsonReasons.shown(bare(location))));
    }

    /** Without what may be a signature. */
    private static String bare(String location) {
        int query = location.indexOf('?');
        return query < 0 ? location : location.substring(0, query);
    }

    /** An address in a message, without what may be a signature. */
    static String shown(URI uri) {
        return uri.getScheme() + "://" + uri.getAuthority() + uri.getPath();
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0
                ? uri.getPort()
                : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
