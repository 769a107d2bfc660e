package io.github.peft4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.hub.HubException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A server whose answers are spoilt, and what must hold whatever it answers. */
abstract class SpoiltHub {

    static final int SIZE = 400_000;
    static final String MODEL = "model.safetensors";
    static final String GET = "GET " + MODEL;
    static final String HEAD = "HEAD " + MODEL;

    @TempDir Path cache;
    FakeHub server;
    final List<Duration> pauses = new ArrayList<>();
    final List<String> reasons = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server = new FakeHub().withModel(SIZE);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    HubOptions.Builder options() {
        return HubOptions.builder(Map.of())
                .optEndpoint(server.endpoint())
                .optCache(cache)
                .optTries(3)
                .optListener(
                        new HubListener() {
                            @Override
                            public void retrying(String file, String why) {
                                reasons.add(why);
                            }
                        })
                .pausing(
                        wait -> {
                            pauses.add(wait);
                            return Duration.ZERO;
                        });
    }

    Path pull() throws IOException {
        return new Hub(options().build()).pull(FakeHub.NAME);
    }

    Path model() {
        return cache.resolve("models--org--tiny/snapshots/" + FakeHub.COMMIT + "/" + MODEL);
    }

    Path part() {
        return cache.resolve("models--org--tiny/blobs/" + server.etag(MODEL) + ".incomplete");
    }

    void refuses(Reason reason, String... words) throws IOException {
        assertThatThrownBy(this::pull)
                .isInstanceOfSatisfying(
                        HubException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .message()
                .contains(words);
        assertThat(model()).doesNotExist();
        assertThat(cache.resolve("models--org--tiny/blobs/" + server.etag(MODEL))).doesNotExist();
        assertThat(cache.resolve("models--org--tiny/refs/main")).doesNotExist();
    }

    void holdsTheModel() {
        assertThat(model()).hasBinaryContent(FakeHub.content(SIZE));
        assertThat(part()).doesNotExist();
    }

    List<String> ranges() {
        return server.requests().stream()
                .filter(request -> request.line().endsWith(MODEL))
                .map(FakeHub.Request::range)
                .filter(Objects::nonNull)
                .toList();
    }
}
