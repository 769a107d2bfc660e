package io.github.peft4j.examples.data;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** Where files are kept that are made once and used by every later run. */
final class CacheDirectory {

    private CacheDirectory() {}

    /** The directory of this process; it need not exist yet. */
    static Path root() {
        return root(System.getProperties(), System.getenv());
    }

    /**
     * System property {@code peft4j.cache}, else environment variable {@code PEFT4J_CACHE}, else
     * {@code ~/.cache/peft4j}.
     */
    static Path root(Properties properties, Map<String, String> environment) {
        String property = properties.getProperty("peft4j.cache", "");
        if (!property.isEmpty()) {
            return Path.of(property);
        }
        String variable = environment.getOrDefault("PEFT4J_CACHE", "");
        if (!variable.isEmpty()) {
            return Path.of(variable);
        }
        return Path.of(properties.getProperty("user.home"), ".cache", "peft4j");
    }
}
