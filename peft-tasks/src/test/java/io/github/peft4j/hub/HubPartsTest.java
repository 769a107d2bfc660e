package io.github.peft4j.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.hub.HubException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Contents that come in parts, late, or not as announced. */
class HubPartsTest extends SpoiltHub {

    @Test
    void goesOnWhereTheConnectionBrokeOffHoweverOften() throws IOException {
        FakeHub.Fault[] breaks = new FakeHub.Fault[5]; // more than it may be tried without success
        Arrays.fill(breaks, server.breakingOff(MODEL, 50_000));
        server.next(GET, breaks);

        pull();

        holdsTheModel();
        assertThat(ranges()).hasSize(5).doesNotContain("bytes=0-").doesNotHaveDuplicates();
    }

    @Test
    void anotherProcessGoesOnWhereTheFirstEnded() throws IOException {
        server.next(GET, server.breakingOff(MODEL, 70_000));
        server.next(
                HEAD, ok -> false, FakeHub.status(503), FakeHub.status(503), FakeHub.status(503));

        refuses(Reason.UNREACHABLE, MODEL, "503", "last of 3 tries", "HF_ENDPOINT");
        long there = Files.size(part());
        assertThat(there).isBetween(1L, 70_000L); // the client may lose what came last
        pull();

        holdsTheModel();
        assertThat(ranges()).containsExactly("bytes=%d-".formatted(there));
    }

    @Test
    void beginsAgainWhereTheServerKnowsNoParts() throws IOException {
        server.next(
                GET,
                server.breakingOff(MODEL, 70_000),
                exchange -> {
                    exchange.getRequestHeaders().remove("Range");
                    return false;
                });

        pull();

        holdsTheModel();
    }

    @Test
    void asksForAPartOfTheSameContentAlone() throws IOException {
        server.largeElsewhere = false;
        server.next(GET, server.breakingOff(MODEL, 70_000));

        pull();

        holdsTheModel();
        assertThat(
                        server.requests().stream()
                                .map(FakeHub.Request::ifRange)
                                .filter(Objects::nonNull))
                .containsExactly("\"" + server.etag(MODEL) + "\"");
    }

    @Test
    void beginsAgainWhereTheFileChangesBetweenTwoParts() throws IOException {
        server.largeElsewhere = false;
        server.next(
                GET,
                server.breakingOff(MODEL, 70_000),
                exchange -> {
                    exchange.getResponseHeaders().add("ETag", "\"" + "0".repeat(64) + "\"");
                    FakeHub.send(exchange, 200, new byte[SIZE]);
                    return true;
                });

        pull();

        holdsTheModel();
        assertThat(reasons).last().asString().contains("has changed while it was read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes 5-399999/400000", "bytes 70000-399999/500000", "lies"})
    void beginsAgainWhereAnotherPartComes(String range) throws IOException {
        server.next(
                GET,
                server.breakingOff(MODEL, 70_000),
                exchange -> {
                    exchange.getResponseHeaders().add("Content-Range", range);
                    FakeHub.send(exchange, 206, new byte[1000]);
                    return true;
                });

        pull();

        holdsTheModel();
        assertThat(reasons).last().asString().contains("another part: " + range);
    }

    @Test
    void beginsAgainWhereTheRestIsOfAnotherFile() throws IOException {
        Files.createDirectories(part().getParent());
        Files.write(part(), new byte[70_000]); // somebody else's

        pull();

        holdsTheModel();
        assertThat(ranges()).containsExactly("bytes=70000-");
    }

    @Test
    void refusesAWrongHash() throws IOException {
        FakeHub.Fault other =
                exchange -> {
                    FakeHub.send(exchange, 200, new byte[SIZE]);
                    return true;
                };
        server.next(GET, other, other);

        refuses(Reason.BROKEN, MODEL, "its hash is", "must be " + server.etag(MODEL));
        assertThat(part()).doesNotExist();
    }

    @Test
    void refusesMoreThanWasAnnounced() throws IOException {
        FakeHub.Fault longer =
                exchange -> {
                    FakeHub.send(exchange, 200, new byte[SIZE + 1]);
                    return true;
                };
        server.next(GET, longer, longer);

        refuses(Reason.BROKEN, "more than the announced 400000 bytes");
    }

    @Test
    void asksForTheRestOfLessThanWasAnnounced() throws IOException {
        server.next(
                GET,
                exchange -> {
                    FakeHub.send(exchange, 200, Arrays.copyOf(FakeHub.content(SIZE), 10));
                    return true;
                });

        pull();

        holdsTheModel();
        assertThat(ranges()).containsExactly("bytes=10-");
    }

    @ParameterizedTest
    @CsvSource({
        "X-Linked-Size, 5, 400000 bytes in the listing and 5",
        "X-Linked-Size, many, its size is 'many'",
        "X-Linked-Etag, ../../evil, cannot name a file",
        "X-Linked-Etag, ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff, in the listing and",
        "X-Repo-Commit, ffffffffffffffffffffffffffffffffffffffff, the answer is for commit"
    })
    void refusesAnAnswerThatDisagreesWithTheListing(String header, String value, String text)
            throws IOException {
        String[] headers = {
            "X-Repo-Commit",
            FakeHub.COMMIT,
            "X-Linked-Size",
            "" + SIZE,
            "X-Linked-Etag",
            server.etag(MODEL),
            "Location",
            server.elsewhere() + "/org/tiny/resolve/" + FakeHub.COMMIT + "/" + MODEL
        };
        headers[Arrays.asList(headers).indexOf(header) + 1] = value;
        server.next(HEAD, FakeHub.status(302, headers));

        refuses(Reason.BROKEN, text);
    }

    @Test
    void asksForAFreshAddressWhereTheOldOneHasExpired() throws IOException {
        server.next(GET + " elsewhere", FakeHub.status(403));

        pull();

        holdsTheModel();
        assertThat(
                        server.lines().stream()
                                .filter(line -> line.startsWith("HEAD") && line.endsWith(MODEL)))
                .hasSize(2);
    }

    @Test
    void doesNotWaitForASilentServerWithoutEnd() throws IOException {
        server.next(
                GET,
                exchange -> {
                    exchange.sendResponseHeaders(200, SIZE);
                    exchange.getResponseBody().write(FakeHub.content(1000));
                    exchange.getResponseBody().flush();
                    silence();
                    return true;
                });

        new Hub(options().optPatience(Duration.ofMillis(300)).build()).pull(FakeHub.NAME);

        holdsTheModel();
    }

    private static void silence() {
        try {
            Thread.sleep(Duration.ofMinutes(5).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the server has been stopped
        }
    }
}
