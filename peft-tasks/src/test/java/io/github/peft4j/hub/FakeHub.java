package io.github.peft4j.hub;

import com.google.common.base.Splitter;
import com.google.common.hash.Hashing;
import com.google.common.primitives.Bytes;
import com.google.gson.Gson;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/**
 * A hub with one repository, {@code org/tiny}, whose large files ({@code *.safetensors}) lie at
 * another address, as at the real one. {@link #next} spoils the next answers.
 */
final class FakeHub implements AutoCloseable {

    static final String NAME = "org/tiny";
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /** Answers a request in its own way. */
    @FunctionalInterface
    interface Fault {

        /** Whether it has answered; false lets the hub answer. */
        boolean answer(HttpExchange exchange) throws IOException;
    }

    /** A request that has come: {@code GET /path}, with the headers that matter. */
    record Request(String line, String token, String range, String ifRange, boolean elsewhere) {}

    private final HttpServer hub = server();
    private final HttpServer elsewhere = server();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, Queue<Fault>> faults =
            Collections.synchronizedMap(new LinkedHashMap<>());
    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
    volatile String commit = COMMIT;
    volatile UnaryOperator<Map<String, Object>> listing = UnaryOperator.identity();
    volatile boolean largeElsewhere = true;

    FakeHub() throws IOException {
        hub.createContext("/", exchange -> handle(exchange, false));
        elsewhere.createContext("/", exchange -> handle(exchange, true));
        for (HttpServer server : List.of(hub, elsewhere)) {
            server.setExecutor(threads);
            server.start();
        }
    }

    private static HttpServer server() throws IOException {
        return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    FakeHub with(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    FakeHub with(String name, String content) {
        return with(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** A model that is too small to load, with weights of so many bytes. */
    FakeHub withModel(int bytes) {
        return with("config.json", "{\"model_type\": \"bert\"}")
                .with("README.md", "words")
                .with("pytorch_model.bin", "a pickle")
                .with("model.safetensors", content(bytes));
    }

    static byte[] content(int bytes) {
        byte[] content = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            content[i] = (byte) (i * 31 + i / 251);
        }
        return content;
    }

    /** Spoils the next answers to requests that end so, such as {@code "GET model.safetensors"}. */
    FakeHub next(String request, Fault... spoiled) {
        faults.computeIfAbsent(request, key -> new ArrayDeque<>()).addAll(Arrays.asList(spoiled));
        return this;
    }

    String endpoint() {
        return "http://127.0.0.1:" + hub.getAddress().getPort();
    }

    String elsewhere() {
        return "http://127.0.0.1:" + elsewhere.getAddress().getPort();
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    List<String> lines() {
        return requests().stream().map(Request::line).toList();
    }

    private void handle(HttpExchange exchange, boolean there) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String method = exchange.getRequestMethod();
        requests.add(
                new Request(
                        method + " " + path,
                        exchange.getRequestHeaders().getFirst("Authorization"),
                        exchange.getRequestHeaders().getFirst("Range"),
                        exchange.getRequestHeaders().getFirst("If-Range"),
                        there));
        try (exchange) {
            Fault fault = fault(method, path, there);
            if (fault != null && fault.answer(exchange)) {
                return;
            }
            if (path.startsWith("/api/models/" + NAME + "/revision/")) {
                send(
                        exchange,
                        200,
                        new Gson()
                                .toJson(listing.apply(listed()))
                                .getBytes(StandardCharsets.UTF_8));
            } else if (path.startsWith("/" + NAME + "/resolve/" + commit + "/")) {
                file(exchange, path.substring(path.indexOf(commit) + commit.length() + 1), there);
            } else {
                exchange.getResponseHeaders().add("X-Error-Code", "RepoNotFound");
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private Fault fault(String method, String path, boolean there) {
        synchronized (faults) {
            for (Map.Entry<String, Queue<Fault>> entry : faults.entrySet()) {
                List<String> words = Splitter.on(' ').splitToList(entry.getKey());
                boolean asked = words.get(0).equals(method) && path.endsWith(words.get(1));
                boolean place =
                        words.size() < 3 || words.get(2).equals(there ? "elsewhere" : "hub");
                if (asked && place && !entry.getValue().isEmpty()) {
                    return entry.getValue().poll();
                }
            }
        }
        return null;
    }

    private Map<String, Object> listed() {
        List<Object> siblings = new ArrayList<>();
        files.forEach(
                (name, content) -> {
                    Map<String, Object> file = new LinkedHashMap<>();
                    file.put("rfilename", name);
                    file.put("size", content.length);
                    if (isLarge(name)) {
                        file.put("lfs", Map.of("sha256", etag(name), "size", content.length));
                    } else {
                        file.put("blobId", etag(name));
                    }
                    siblings.add(file);
                });
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("sha", commit);
        answer.put("cardData", Map.of("license", "apache-2.0"));
        answer.put("siblings", siblings);
        return answer;
    }

    static boolean isLarge(String name) {
        return name.endsWith(".safetensors");
    }

    String etag(String name) {
        byte[] content = files.get(name);
        return isLarge(name) ? Hashing.sha256().hashBytes(content).toString() : gitHash(content);
    }

    @SuppressWarnings("deprecation") // git's
    static String gitHash(byte[] content) {
        byte[] start = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
        return Hashing.sha1().hashBytes(Bytes.concat(start, content)).toString();
    }

    private void file(HttpExchange exchange, String name, boolean there) throws IOException {
        byte[] content = files.get(name);
        if (content == null) {
            exchange.getResponseHeaders().add("X-Error-Code", "EntryNotFound");
            exchange.getResponseHeaders().add("X-Repo-Commit", commit);
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        if (!there) {
            exchange.getResponseHeaders().add("X-Repo-Commit", commit);
        }
        if (isLarge(name) && !there && largeElsewhere) {
            exchange.getResponseHeaders().add("X-Linked-Etag", "\"" + etag(name) + "\"");
            exchange.getResponseHeaders().add("X-Linked-Size", "" + content.length);
            exchange.getResponseHeaders().add("ETag", "\"of-the-pointer\"");
            redirect(exchange, elsewhere() + exchange.getRequestURI().getPath() + "?signature=1");
            return;
        }
        exchange.getResponseHeaders()
                .add("ETag", there ? "\"their-own\"" : "\"" + etag(name) + "\"");
        String range = exchange.getRequestHeaders().getFirst("Range");
        String ifRange = exchange.getRequestHeaders().getFirst("If-Range");
        if (range != null && (ifRange == null || ifRange.contains(etag(name)))) {
            int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
            exchange.getResponseHeaders()
                    .add(
                            "Content-Range",
                            "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
            send(exchange, 206, Arrays.copyOfRange(content, from, content.length));
        } else {
            send(exchange, 200, content);
        }
    }

    static void redirect(HttpExchange exchange, String to) throws IOException {
        exchange.getResponseHeaders().add("Location", to);
        exchange.sendResponseHeaders(302, -1);
    }

    static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().add("Content-Length", "" + body.length);
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    /** Answers with a status, and headers in pairs. */
    static Fault status(int status, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
            return true;
        };
    }

    /** Sends so many bytes of what was asked for, and then nothing ever again. */
    Fault breakingOff(String name, int bytes) {
        return exchange -> {
            byte[] content = files.get(name);
            String range = exchange.getRequestHeaders().getFirst("Range");
            int from =
                    range == null
                            ? 0
                            : Integer.parseInt(
                                    range.substring("bytes=".length(), range.length() - 1));
            exchange.getResponseHeaders()
                    .add(
                            "Content-Range",
                            "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
            exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
            exchange.getResponseBody().write(content, from, Math.min(bytes, content.length - from));
            exchange.getResponseBody().flush();
            return true;
        };
    }

    @Override
    public void close() {
        hub.stop(0);
        elsewhere.stop(0);
        threads.shutdownNow();
    }
}
