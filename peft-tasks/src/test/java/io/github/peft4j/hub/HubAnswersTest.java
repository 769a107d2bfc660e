package io.github.peft4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.hub.HubException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers other than what was asked for. */
class HubAnswersTest extends SpoiltHub {

    @Test
    void sendsTheTokenToTheEndpointAlone() throws IOException {
        new Hub(options().optToken("hf_secret").build()).pull(FakeHub.NAME);

        assertThat(server.requests())
                .allSatisfy(
                        request ->
                                assertThat(request.token())
                                        .isEqualTo(
                                                request.elsewhere() ? null : "Bearer hf_secret"));
        assertThat(server.requests()).anyMatch(FakeHub.Request::elsewhere);
    }

    @Test
    void keepsTheTokenFromTheEndpointOnceARedirectHasLeftIt() throws IOException {
        server.next(
                GET + " elsewhere",
                exchange -> {
                    FakeHub.redirect(exchange, server.endpoint() + "/stolen");
                    return true;
                });

        assertThatThrownBy(
                        () -> new Hub(options().optToken("hf_secret").build()).pull(FakeHub.NAME))
                .isInstanceOf(IOException.class);
        assertThat(server.requests())
                .filteredOn(request -> request.line().equals("GET /stolen"))
                .isNotEmpty()
                .allSatisfy(request -> assertThat(request.token()).isNull());
    }

    @Test
    void followsRelativeRedirectsWithTheToken() throws IOException {
        server.next(
                "HEAD config.json",
                exchange -> {
                    FakeHub.redirect(exchange, exchange.getRequestURI() + "?moved=1");
                    return true;
                });

        new Hub(options().optToken("hf_secret").build()).pull(FakeHub.NAME);

        assertThat(server.lines().stream().filter(line -> line.startsWith("HEAD"))).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"file:///etc/passwd", "ftp://host/x", "http://user@host/x", "http://[", ""})
    void refusesRedirectsToStrangePlaces(String to) throws IOException {
        server.next(HEAD, FakeHub.status(302, "Location", to));

        refuses(Reason.BROKEN, "redirects to where nothing may be fetched from");
    }

    @Test
    void refusesToRunInCircles() throws IOException {
        FakeHub.Fault[] circle = new FakeHub.Fault[20];
        Arrays.fill(
                circle,
                (FakeHub.Fault)
                        exchange -> {
                            FakeHub.redirect(exchange, exchange.getRequestURI().toString());
                            return true;
                        });
        server.next(HEAD, circle);

        refuses(Reason.BROKEN, "redirects more than");
    }

    @ParameterizedTest
    @CsvSource({
        "401, '', NOT_ALLOWED, 'private or gated. Check the name; to read it with an account, set HF_TOKEN'",
        "403, GatedRepo, NOT_ALLOWED, 'Accept them at ENDPOINT/org/tiny, then set HF_TOKEN'",
        "403, '', NOT_ALLOWED, 'set HF_TOKEN'",
        "404, RepoNotFound, NOT_FOUND, 'There is no ''org/tiny'' at ENDPOINT'",
        "404, RevisionNotFound, NOT_FOUND, 'org/tiny has no revision ''main'''",
        "418, '', UNREACHABLE, 'answers 418'"
    })
    void saysWhatToDo(int status, String code, Reason reason, String text) throws IOException {
        server.next("GET main", FakeHub.status(status, "X-Error-Code", code));

        refuses(reason, text.replace("ENDPOINT", server.endpoint()));
        assertThat(pauses).isEmpty();
    }

    @Test
    void saysThatATokenIsNotAccepted() throws IOException {
        server.next("GET main", FakeHub.status(401, "X-Error-Message", "Invalid credentials"));

        assertThatThrownBy(
                        () -> new Hub(options().optToken("hf_secret").build()).pull(FakeHub.NAME))
                .hasMessageContaining("does not accept the token")
                .hasMessageContaining("Invalid credentials")
                .hasMessageNotContaining("hf_secret");
    }

    @Test
    void saysThatAFileIsGated() throws IOException {
        server.next(HEAD, FakeHub.status(403, "X-Error-Code", "GatedRepo"));

        refuses(Reason.NOT_ALLOWED, "gated");
    }

    @Test
    void waitsAsLongAsTheServerAsks() throws IOException {
        server.next("GET main", FakeHub.status(429, "Retry-After", "7"), FakeHub.status(503));
        server.next(GET, FakeHub.status(500), FakeHub.status(502));

        pull();

        holdsTheModel();
        assertThat(pauses)
                .containsExactly(
                        Duration.ofSeconds(7),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../model-1.safetensors",
                "/model-1.safetensors",
                "..\\\\\\\\model-1.safetensors",
                "con.safetensors",
                "a:b.safetensors"
            })
    void refusesHostileNames(String name) throws IOException {
        try (FakeHub hostile =
                new FakeHub()
                        .with("config.json", "{}")
                        .with(name.replace("\\\\", "\\"), "evil")
                        .with(
                                "model.safetensors.index.json",
                                "{\"weight_map\": {\"a\": \"%s\"}}".formatted(name))) {
            assertThatThrownBy(
                            () ->
                                    new Hub(options().optEndpoint(hostile.endpoint()).build())
                                            .pull(FakeHub.NAME))
                    .isInstanceOf(Exception.class);
        }
        try (Stream<Path> all = Files.walk(cache)) {
            assertThat(all.filter(file -> file.toString().contains("model-1"))).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "additional_chat_templates/../../../x.jinja",
                "additional_chat_templates/nul.jinja"
            })
    void refusesHostileNamesOfAListing(String name) throws IOException {
        server.with(name, "evil");

        refuses(Reason.BROKEN, "lists a file", "Nothing was downloaded");
        assertThat(server.lines()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{}", "{\"sha\": \"../..\", \"siblings\": []}", "no JSON"})
    void refusesAListingThatIsNone(String json) throws IOException {
        server.next(
                "GET main",
                exchange -> {
                    FakeHub.send(exchange, 200, json.getBytes(StandardCharsets.UTF_8));
                    return true;
                });

        assertThatThrownBy(this::pull)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/api/models/org/tiny/revision/main")
                .hasMessageContaining("HF_ENDPOINT");
    }

    @Test
    void saysThatNothingListens() throws IOException {
        server.close();

        refuses(Reason.UNREACHABLE, "last of 3 tries", "HTTPS_PROXY", "HF_ENDPOINT");
        assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }
}
