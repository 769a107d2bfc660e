package io.github.peft4j.examples.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class CacheDirectoryTest {

    @Test
    void prefersThePropertyThenTheEnvironmentThenTheHome() {
        Properties properties = new Properties();
        properties.setProperty("user.home", "home");
        Map<String, String> environment = Map.of("PEFT4J_CACHE", "environment");

        assertThat(CacheDirectory.root(properties, Map.of()))
                .isEqualTo(Path.of("home", ".cache", "peft4j"));
        assertThat(CacheDirectory.root(properties, Map.of("PEFT4J_CACHE", "")))
                .isEqualTo(Path.of("home", ".cache", "peft4j"));
        assertThat(CacheDirectory.root(properties, environment)).isEqualTo(Path.of("environment"));
        properties.setProperty("peft4j.cache", "property");
        assertThat(CacheDirectory.root(properties, environment)).isEqualTo(Path.of("property"));
    }
}
