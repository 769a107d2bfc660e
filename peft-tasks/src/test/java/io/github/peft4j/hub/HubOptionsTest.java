package io.github.peft4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.hub.internal.Proxies;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubOptionsTest {

    @TempDir private Path folder;

    private static HubOptions of(Map<String, String> environment) {
        return HubOptions.builder(environment).build();
    }

    @Test
    void findsTheCacheWherePythonDoes() {
        assertThat(of(Map.of("HOME", "/h")).cache())
                .isEqualTo(Path.of("/h/.cache/huggingface/hub"));
        assertThat(of(Map.of("XDG_CACHE_HOME", "/c")).cache())
                .isEqualTo(Path.of("/c/huggingface/hub"));
        assertThat(of(Map.of("HF_HOME", "~/hf", "HOME", "/h")).cache())
                .isEqualTo(Path.of("/h/hf/hub"));
        assertThat(
                        of(Map.of(
                                        "HF_HOME",
                                        "/x",
                                        "HF_HUB_CACHE",
                                        "$BIG/${DISK}",
                                        "BIG",
                                        "/b",
                                        "DISK",
                                        "d"))
                                .cache())
                .isEqualTo(Path.of("/b/d"));
        assertThat(of(Map.of("HF_HOME", "/x", "HUGGINGFACE_HUB_CACHE", "/old")).cache())
                .isEqualTo(Path.of("/old"));
    }

    @Test
    void readsTheRest() {
        HubOptions options =
                of(Map.of("HF_ENDPOINT", "https://mirror.example/hf/", "HF_HUB_OFFLINE", "yes"));

        assertThat(options.endpoint()).hasToString("https://mirror.example/hf");
        assertThat(options.offline()).isTrue();
        assertThat(options.withRevision("v1").revision()).isEqualTo("v1");
        assertThat(of(Map.of()).endpoint()).hasToString("https://huggingface.co");
        assertThat(of(Map.of()).offline()).isFalse();
        assertThat(of(Map.of("HF_HUB_OFFLINE", "0")).offline()).isFalse();
        assertThat(of(Map.of("TRANSFORMERS_OFFLINE", "1")).offline()).isTrue();
    }

    @Test
    void findsTheToken() throws IOException {
        Files.writeString(folder.resolve("token"), "hf_file\n");
        String home = folder.toString();

        assertThat(of(Map.of("HF_HOME", home)).token()).contains("hf_file");
        assertThat(of(Map.of("HF_HOME", home, "HF_TOKEN", " hf_one\n")).token()).contains("hf_one");
        assertThat(of(Map.of("HF_TOKEN_PATH", home + "/token", "HF_HOME", "/x")).token())
                .contains("hf_file");
        assertThat(of(Map.of("HF_HOME", home, "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")).token())
                .isEmpty();
        assertThat(of(Map.of("HF_HOME", home + "/none")).token()).isEmpty();
        assertThat(of(Map.of("HF_HOME", home)).toString()).doesNotContain("hf_file");
    }

    @Test
    void neverShowsABrokenToken() {
        assertThatThrownBy(() -> HubOptions.builder(Map.of()).optToken("hf_sec\nret"))
                .hasMessageContaining("Set HF_TOKEN")
                .hasMessageNotContaining("hf_sec");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "huggingface.co",
                "ftp://x",
                "https://",
                "https://u:p@x",
                "https://x?y",
                "a b"
            })
    void refusesAnEndpointThatIsNone(String endpoint) {
        assertThatThrownBy(() -> of(Map.of("HF_ENDPOINT", endpoint)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("HF_ENDPOINT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "a/../b", "/a", "a\\b", "a/", "nul", "a:b"})
    void refusesARevisionThatIsNoPath(String revision) {
        assertThatThrownBy(() -> HubOptions.builder(Map.of()).optRevision(revision))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Pass a branch, a tag or a commit");
    }

    @ParameterizedTest
    @CsvSource({
        "https://hub.example/x, :3128",
        "http://hub.example/x, DIRECT",
        "https://in.local/x, DIRECT",
        "https://local/x, DIRECT",
        "https://notlocal/x, :3128"
    })
    void goesThroughTheProxyThatPythonUses(String uri, String way) {
        Map<String, String> environment =
                Map.of("HTTPS_PROXY", "http://p:3128", "no_proxy", "other, .local");

        String chosen = Proxies.of(environment).select(URI.create(uri)).get(0).toString();
        assertThat(chosen).contains(way);
    }
}
