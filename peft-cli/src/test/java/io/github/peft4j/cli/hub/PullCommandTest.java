package io.github.peft4j.cli.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.hash.Hashing;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.peft4j.cli.CommandRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PullCommandTest {

    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    private static final String LISTING =
            """
            {"sha": "%s", "tags": ["license:mit"], "siblings": [
              {"rfilename": "config.json", "size": 2},
              {"rfilename": "model.safetensors", "size": 2}]}
            """
                    .formatted(COMMIT);

    @TempDir private Path cache;

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            boolean listing = path.equals("/api/models/org/tiny/revision/main");
            if (!listing && !path.startsWith("/org/tiny/resolve/")) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            byte[] body = (listing ? LISTING : "{}").getBytes(StandardCharsets.UTF_8);
            String hash = Hashing.sha256().hashBytes(body).toString();
            exchange.getResponseHeaders().add("X-Repo-Commit", COMMIT);
            exchange.getResponseHeaders().add("ETag", "\"" + hash + "\"");
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.getResponseHeaders().add("Content-Length", "" + body.length);
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private HttpServer server;
    private String endpoint;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", PullCommandTest::answer);
        server.start();
        endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private CommandRun pull(Map<String, String> environment) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                new CommandLine(new PullCommand(environment))
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute("org/tiny", "--endpoint", endpoint, "--cache", cache.toString());
        return new CommandRun(code, out.toString(), err.toString());
    }

    @Test
    void printsTheDirectoryAloneAndTheRestOnStandardError() {
        CommandRun run = pull(Map.of());

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .isEqualTo(
                        cache.resolve("models--org--tiny/snapshots/" + COMMIT)
                                + System.lineSeparator());
        assertThat(run.err()).contains("2 files, 4 B, licence: mit", "model.safetensors: done");
    }

    @Test
    void findsItOfflineWithoutAWord() {
        CommandRun before = pull(Map.of());
        server.stop(0);

        CommandRun run = pull(Map.of("HF_HUB_OFFLINE", "1"));
        assertThat(run).isEqualTo(new CommandRun(0, before.out(), ""));
    }

    @Test
    void failsInOneLine() {
        CommandRun run =
                CommandRun.of("pull", "org/none", "--endpoint", endpoint, "--cache", cache);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("peft: ", "'org/none'");
    }

    @Test
    void refusesWhatIsNoName() {
        CommandRun run = CommandRun.of("pull", "../x");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("'../x' is no name of the hub");
        assertThat(CommandRun.of("pull", "org/x", "--endpoint", "nowhere").exitCode()).isEqualTo(2);
        assertThat(CommandRun.of("pull", "org/x", "--revision", "..").exitCode()).isEqualTo(2);
    }
}
