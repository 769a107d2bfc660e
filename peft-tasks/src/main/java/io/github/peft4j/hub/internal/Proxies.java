package io.github.peft4j.hub.internal;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The proxy that {@code HTTPS_PROXY}, {@code HTTP_PROXY} or {@code ALL_PROXY} names, as Python's
 * tools take it, but for hosts of {@code NO_PROXY}. Without them, the JDK's own settings hold.
 */
public final class Proxies extends ProxySelector {

    private final Map<String, String> environment;

    private Proxies(Map<String, String> environment) {
        this.environment = environment;
    }

    /** The choice for these variables; the JDK's own where they name no proxy. */
    public static ProxySelector of(Map<String, String> environment) {
        Proxies own = new Proxies(environment);
        boolean named = own.named("https").or(() -> own.named("http")).isPresent();
        ProxySelector usual = ProxySelector.getDefault();
        return named || usual == null ? own : usual;
    }

    @Override
    public List<Proxy> select(URI uri) {
        Optional<String> proxy =
                isExempt(String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT))
                        ? Optional.empty()
                        : named(uri.getScheme());
        return List.of(proxy.map(Proxies::parsed).orElse(Proxy.NO_PROXY));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {
        // The request fails with the same exception.
    }

    private Optional<String> named(String scheme) {
        return variable(scheme + "_proxy").or(() -> variable("all_proxy"));
    }

    private Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name))
                .or(() -> Optional.ofNullable(environment.get(name.toUpperCase(Locale.ROOT))))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    private boolean isExempt(String host) {
        String list = variable("no_proxy").orElse("");
        for (String entry : Splitter.on(',').trimResults().omitEmptyStrings().split(list)) {
            String name = entry.toLowerCase(Locale.ROOT);
            String bare = name.startsWith(".") ? name.substring(1) : name;
            if (name.equals("*") || host.equals(bare) || host.endsWith("." + bare)) {
                return true;
            }
        }
        return false;
    }

    private static Proxy parsed(String text) {
        URI uri = URI.create(text.contains("://") ? text : "http://" + text);
        if (uri.getHost() == null || !"http".equalsIgnoreCase(uri.getScheme())) {
            throw new IllegalArgumentException(
                    "The variable for the proxy does not name an HTTP proxy. Write it as"
                            + " http://host:port.");
        }
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(uri.getHost(), port));
    }
}
