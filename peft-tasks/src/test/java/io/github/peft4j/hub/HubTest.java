package io.github.peft4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.hub.HubException.Reason;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubTest {

    @TempDir private Path cache;
    private FakeHub server;

    @BeforeEach
    void start() throws IOException {
        server = new FakeHub().withModel(300_000);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HubOptions.Builder options() {
        return options(Map.of());
    }

    private HubOptions.Builder options(Map<String, String> environment) {
        return HubOptions.builder(environment).optEndpoint(server.endpoint()).optCache(cache);
    }

    private Path pull(HubOptions.Builder options) throws IOException {
        return new Hub(options.build()).pull(FakeHub.NAME);
    }

    private Path repository() {
        return cache.resolve("models--org--tiny");
    }

    private List<String> below(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void laysTheCacheOutAsPythonDoes() throws IOException {
        Path directory = pull(options());

        assertThat(directory).isEqualTo(repository().resolve("snapshots/" + FakeHub.COMMIT));
        assertThat(below(directory)).containsExactly("config.json", "model.safetensors");
        assertThat(Files.readString(repository().resolve("refs/main"))).isEqualTo(FakeHub.COMMIT);
        assertThat(Files.readSymbolicLink(directory.resolve("model.safetensors")))
                .isEqualTo(Path.of("../../blobs/" + server.etag("model.safetensors")));
        assertThat(below(repository().resolve("blobs")))
                .containsExactlyInAnyOrder(
                        server.etag("model.safetensors"), server.etag("config.json"));
        assertThat(directory.resolve("model.safetensors"))
                .hasBinaryContent(FakeHub.content(300_000));
        assertThat(repository().resolve(".no_exist/" + FakeHub.COMMIT + "/tokenizer.json"))
                .exists();
        assertThat(cache.resolve("CACHEDIR.TAG")).exists();
        assertThat(
                        cache.resolve(
                                ".locks/models--org--tiny/" + server.etag("config.json") + ".lock"))
                .exists();
    }

    @Test
    void asksForTheCommitAloneWhenAllIsThere() throws IOException {
        pull(options());
        int before = server.requests().size();

        pull(options());

        assertThat(server.lines().subList(before, server.lines().size()))
                .containsExactly("GET /api/models/org/tiny/revision/main");
    }

    @Test
    void asksNothingForACommitThatIsThere() throws IOException {
        Path first = pull(options());
        int before = server.requests().size();

        assertThat(pull(options().optRevision(FakeHub.COMMIT))).isEqualTo(first);
        assertThat(server.requests()).hasSize(before);
    }

    @Test
    void keepsContentsThatTwoCommitsShare() throws IOException {
        pull(options());
        server.commit = "f".repeat(40);
        server.with("config.json", "{\"model_type\": \"gpt2\"}");

        Path second = pull(options());

        assertThat(second).endsWith(Path.of("f".repeat(40)));
        assertThat(second.resolve("config.json")).content().contains("gpt2");
        assertThat(
                        server.lines().stream()
                                .filter(
                                        line ->
                                                line.startsWith("GET")
                                                        && line.endsWith("model.safetensors")))
                .hasSize(1);
        assertThat(Files.readString(repository().resolve("refs/main"))).isEqualTo("f".repeat(40));
    }

    @Test
    void takesTheOldCommitWhereTheHubDoesNotAnswer() throws IOException {
        Path first = pull(options());
        server.next("GET main", FakeHub.status(503), FakeHub.status(503));

        assertThat(pull(options().optTries(2).pausing(wait -> Duration.ZERO))).isEqualTo(first);
        server.close();
        assertThat(pull(options().optTries(1))).isEqualTo(first);
    }

    @Test
    void readsTheCacheAloneOffline() throws IOException {
        Path first = pull(options());
        int before = server.requests().size();

        assertThat(pull(options(Map.of("HF_HUB_OFFLINE", "1")))).isEqualTo(first);
        assertThat(server.requests()).hasSize(before);
        Files.delete(first.resolve("model.safetensors"));
        assertThatThrownBy(() -> pull(options(Map.of("HF_HUB_OFFLINE", "1"))))
                .isInstanceOfSatisfying(
                        HubException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OFFLINE))
                .hasMessageContaining("'org/tiny' is no directory here")
                .hasMessageContaining("HF_HUB_OFFLINE");
    }

    @Test
    void hasFilesOfItsOwnWhereLinksAreImpossible() throws IOException {
        Map<String, String> noLinks = Map.of("HF_HUB_DISABLE_SYMLINKS", "1");

        Path first = pull(options(noLinks));
        assertThat(first.resolve("model.safetensors"))
                .hasBinaryContent(FakeHub.content(300_000))
                .matches(file -> !Files.isSymbolicLink(file));

        Files.delete(first.resolve("config.json"));
        Files.writeString(
                repository().resolve("blobs/" + server.etag("config.json")),
                "{\"model_type\": \"bert\"}");
        pull(options(noLinks)); // the content is there and may be another file's
        assertThat(first.resolve("config.json")).matches(file -> !Files.isSymbolicLink(file));
        assertThat(below(repository().resolve("blobs")))
                .containsExactly(server.etag("config.json"));
    }

    @Test
    void saysSizeAndLicenceBeforeTheFirstByte() throws IOException {
        List<String> heard = new ArrayList<>();
        HubListener listener =
                new HubListener() {
                    @Override
                    public void planned(HubPlan plan) {
                        heard.add(plan.text());
                        assertThat(server.lines()).hasSize(1);
                    }

                    @Override
                    public void progressed(String file, long done, long size) {
                        if (done == size) {
                            heard.add(file + " " + size);
                        }
                    }
                };

        pull(options().optListener(listener));

        assertThat(heard)
                .containsExactly(
                        "org/tiny (main = 01234567): 2 files, 300.0 kB, licence: apache-2.0",
                        "config.json 22",
                        "model.safetensors 300000");
    }

    @Test
    void readsTheShardsThatAnIndexNames() throws IOException {
        try (FakeHub sharded =
                new FakeHub()
                        .with("config.json", "{}")
                        .with("model-1.safetensors", FakeHub.content(10))
                        .with("model-2.safetensors", FakeHub.content(20))
                        .with("model-other.safetensors", FakeHub.content(30))
                        .with(
                                "model.safetensors.index.json",
                                "{\"weight_map\": {\"a\": \"model-1.safetensors\", \"b\": \"model-2.safetensors\"}}")) {
            Path directory = pull(options().optEndpoint(sharded.endpoint()));

            assertThat(below(directory))
                    .containsExactly(
                            "config.json",
                            "model-1.safetensors",
                            "model-2.safetensors",
                            "model.safetensors.index.json");
            Files.delete(directory.resolve("model-2.safetensors"));
            assertThatThrownBy(() -> pull(options().optOffline(true)))
                    .isInstanceOf(HubException.class);
        }
    }

    @Test
    void bringsAnAdapterWithItsTokenizer() throws IOException {
        try (FakeHub adapter =
                new FakeHub()
                        .with("adapter_config.json", "{}")
                        .with("adapter_model.safetensors", FakeHub.content(10))
                        .with("adapter_model.local.safetensors", FakeHub.content(5))
                        .with("tokenizer.json", "{}")
                        .with("optimizer.pt", "a pickle")) {
            assertThat(below(pull(options().optEndpoint(adapter.endpoint()))))
                    .containsExactly(
                            "adapter_config.json",
                            "adapter_model.local.safetensors",
                            "adapter_model.safetensors",
                            "tokenizer.json");
        }
    }

    @Test
    void refusesPicklesAlone() throws IOException {
        try (FakeHub pickles =
                new FakeHub().with("config.json", "{}").with("pytorch_model.bin", "a pickle")) {
            assertThatThrownBy(() -> pull(options().optEndpoint(pickles.endpoint())))
                    .isInstanceOfSatisfying(
                            HubException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.UNUSABLE))
                    .hasMessageContaining("pytorch_model.bin")
                    .hasMessageContaining("safetensors");
            assertThat(pickles.lines()).hasSize(1);
        }
    }

    @Test
    void aDirectoryHereWins(@TempDir Path here) throws IOException {
        assertThat(Hub.directory(here.toString(), options().build())).isEqualTo(here);
        assertThat(Hub.directory(FakeHub.NAME, options().build())).startsWith(cache);
        assertThatThrownBy(() -> Hub.directory(here + "/none", options().build()))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("neither a directory here nor a name of the hub");
    }

    @Test
    void aRevisionWithASlashIsOnePartOfTheAddress() throws IOException {
        Path directory = pull(options().optRevision("refs/pr/1"));

        assertThat(directory).exists();
        assertThat(Files.readString(repository().resolve("refs/refs/pr/1")))
                .isEqualTo(FakeHub.COMMIT);
    }
}
