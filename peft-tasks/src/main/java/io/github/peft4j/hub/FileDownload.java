package io.github.peft4j.hub;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.google.common.net.UrlEscapers;
import io.github.peft4j.hub.HubException.Reason;
import io.github.peft4j.hub.internal.CacheFolder;
import io.github.peft4j.hub.internal.CacheLock;
import io.github.peft4j.hub.internal.ContentHash;
import io.github.peft4j.hub.internal.SafeNames;
import io.github.peft4j.hub.internal.WatchedBody;
import io.github.peft4j.json.JsonReasons;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one file of a commit into the cache. Its bytes gather in {@code blobs/TAG.incomplete},
 * where a later try, or a later process, finds them; only when their number and their hash are
 * right do they become {@code blobs/TAG}, and only then does the snapshot get the name.
 */
final class FileDownload {

    private static final int CHUNK = 1 << 17;
    private static final int MOST_MISMATCHES = 2;

    private static final Logger logger = LoggerFactory.getLogger(FileDownload.class);

    private final HubOptions options;
    private final HubClient client;
    private final Refusals refusals;
    private final CacheFolder cache;
    private final HubName name;
    private final String commit;
    private final String file;
    private final RepoListing.Entry listed;
    private long farthest;
    private int mismatches;

    FileDownload(
            HubOptions options,
            HubClient client,
            CacheFolder cache,
            HubName name,
            String commit,
            String file,
            RepoListing.Entry listed) {
        this.options = options;
        this.client = client;
        this.refusals = new Refusals(options, name);
        this.cache = cache;
        this.name = name;
        this.commit = commit;
        this.file = file;
        this.listed = listed;
    }

    /**
     * What the hub says of the content.
     *
     * @param etag its tag, which names the file in the cache
     * @param hash what to check it against; empty if the hub gives none
     * @param size bytes, or -1
     * @param at where it is
     */
    private record Facts(String etag, Optional<String> hash, long size, URI at) {}

    /** Downloads it unless the content is there already. */
    void run(Retries retries) throws IOException {
        // A try that has brought something does not count: a bad line may break off a hundred
        // times.
        while (!retries.call(file, this::attempt)) {
            options.listener().retrying(file, "the connection broke off");
        }
        options.listener().finished(file);
    }

    /** Whether the file is there; false if more of it is than before. */
    private boolean attempt() throws IOException {
        Facts facts = facts();
        try (CacheLock lock = cache.lock(facts.etag())) {
            boolean fresh = !Files.isRegularFile(cache.blob(facts.etag()));
            if (fresh) {
                long before = farthest;
                try {
                    fetch(facts);
                } catch (TransientFailure e) {
                    if (farthest > before) {
                        logger.debug("{} of {} broke off at {}", file, name, farthest, e);
                        return false;
                    }
                    throw e;
                }
            }
            cache.link(commit, file, facts.etag(), fresh);
            return true;
        }
    }

    private Facts facts() throws IOException {
        URI uri = uri();
        try (HubClient.Answer answer = client.head(uri)) {
            int status = answer.response().statusCode();
            if (status >= 400 || (status >= 300 && answer.away().isEmpty())) {
                throw refusals.of(answer, file);
            }
            Map<String, String> first = answer.first();
            String answered = first.getOrDefault("x-repo-commit", "");
            if (!answered.equals(commit)) {
                throw broken(
                        "the answer is for commit '%s', not for %s"
                                .formatted(JsonReasons.shown(answered), commit));
            }
            String tag =
                    Optional.ofNullable(first.get("x-linked-etag"))
                            .or(() -> answer.header("ETag"))
                            .map(FileDownload::bare)
                            .orElse("");
            if (!SafeNames.isEtag(tag)) {
                throw broken(
                        "its ETag is '%s', which cannot name a file"
                                .formatted(JsonReasons.shown(tag)));
            }
            Optional<String> hash = listed.hash();
            if (ContentHash.isHash(tag)) {
                if (hash.isPresent() && !hash.get().equals(tag)) {
                    throw broken(
                            "its hash is %s in the listing and %s in the answer"
                                    .formatted(hash.get(), tag));
                }
                hash = Optional.of(tag);
            }
            return new Facts(tag, hash, size(answer), answer.away().orElse(uri));
        }
    }

    private long size(HubClient.Answer answer) throws HubException {
        Optional<String> said = Optional.ofNullable(answer.first().get("x-linked-size"));
        if (said.isEmpty() && answer.away().isEmpty()) {
            said = answer.header("Content-Length");
        }
        long size;
        try {
            size = said.map(Long::parseLong).orElse(-1L);
        } catch (NumberFormatException e) {
            throw broken("its size is '%s'".formatted(JsonReasons.shown(said.orElse(""))));
        }
        if (size >= 0 && listed.size() >= 0 && size != listed.size()) {
            throw broken(
                    "it has %d bytes in the listing and %d in the answer"
                            .formatted(listed.size(), size));
        }
        return Math.max(size, listed.size());
    }

    private URI uri() {
        String path =
                StreamSupport.stream(Splitter.on('/').split(file).spliterator(), false)
                        .map(UrlEscapers.urlPathSegmentEscaper()::escape)
                        .collect(Collectors.joining("/"));
        return URI.create("%s/%s/resolve/%s/%s".formatted(options.endpoint(), name, commit, path));
    }

    private void fetch(Facts facts) throws IOException {
        Path part = cache.incomplete(facts.etag());
        long start = Files.isRegularFile(part) ? Files.size(part) : 0;
        if (facts.size() >= 0 && start > facts.size()) {
            Files.delete(part);
            start = 0;
        }
        farthest = Math.max(farthest, start);
        if (start == 0 || start != facts.size()) {
            receive(facts, part, start);
        }
        check(facts, part);
        Files.move(part, cache.blob(facts.etag()), StandardCopyOption.ATOMIC_MOVE);
    }

    private void receive(Facts facts, Path part, long start) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        boolean direct = client.isEndpoint(facts.at());
        if (start > 0) {
            headers.put("Range", "bytes=" + start + "-");
            if (direct) { // another host has tags of its own, which say nothing of the hub's
                headers.put("If-Range", "\"" + facts.etag() + "\"");
            }
        }
        try (HubClient.Answer answer = client.get(facts.at(), headers)) {
            long from = offset(answer, facts, part, start);
            Optional<String> tag =
                    Optional.ofNullable(answer.first().get("x-linked-etag"))
                            .or(() -> answer.header("ETag"))
                            .map(FileDownload::bare);
            if (direct
                    && client.isEndpoint(answer.response().uri())
                    && tag.isPresent()
                    && !tag.get().equals(facts.etag())) {
                Files.deleteIfExists(part);
                throw new TransientFailure("it has changed while it was read");
            }
            copy(answer, facts, part, from);
        }
    }

    /** Where the bytes of an answer belong. */
    private long offset(HubClient.Answer answer, Facts facts, Path part, long start)
            throws IOException {
        int status = answer.response().statusCode();
        if (status == 206) {
            String range = answer.header("Content-Range").orElse("");
            String total = facts.size() < 0 ? "" : "/" + facts.size();
            if (range.startsWith("bytes " + start + "-")
                    && (range.endsWith(total) || range.endsWith("/*"))) {
                return start;
            }
            Files.deleteIfExists(part);
            throw new TransientFailure(
                    "the server answers with another part: " + JsonReasons.shown(range));
        }
        if (status == 416) {
            Files.deleteIfExists(part);
            throw new TransientFailure("the server has no such part");
        }
        if (status != 200) {
            boolean expired = !client.isEndpoint(answer.response().uri()) && status < 500;
            throw expired
                    ? new TransientFailure(
                            "%s answers %d".formatted(answer.response().uri().getHost(), status))
                    : refusals.of(answer, file);
        }
        if (!answer.header("Content-Encoding").orElse("identity").equals("identity")) {
            throw broken("it comes compressed, though it was asked for plain");
        }
        return 0;
    }

    private void copy(HubClient.Answer answer, Facts facts, Path part, long from)
            throws IOException {
        try (FileChannel out =
                        FileChannel.open(
                                part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                WatchedBody body = new WatchedBody(answer.response().body(), options.patience())) {
            write(() -> out.truncate(from).position(from));
            long done = from;
            byte[] buffer = new byte[CHUNK];
            for (int count = read(body, buffer); count >= 0; count = read(body, buffer)) {
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
                done += count;
                if (facts.size() >= 0 && done > facts.size()) {
                    out.truncate(0);
                    throw mismatch("more than the announced %d bytes come".formatted(facts.size()));
                }
                write(
                        () -> {
                            while (bytes.hasRemaining()) {
                                out.write(bytes);
                            }
                        });
                farthest = Math.max(farthest, done);
                options.listener().progressed(file, done, facts.size());
            }
            if (facts.size() >= 0 && done < facts.size()) {
                throw new TransientFailure(
                        "%d of %d bytes have come".formatted(done, facts.size()));
            }
            write(() -> out.force(true));
        }
    }

    private static int read(WatchedBody body, byte[] buffer) throws TransientFailure {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            throw new TransientFailure("the connection broke off: " + JsonReasons.message(e), e);
        }
    }

    /** Something that writes. */
    @FunctionalInterface
    private interface Writing {

        void run() throws IOException;
    }

    private void write(Writing writing) throws HubException {
        try {
            writing.run();
        } catch (IOException e) {
            throw new HubException(
                    Reason.DISK,
                    "%s of %s cannot be written to %s: %s. Free some space, or set HF_HUB_CACHE to another disk; what has arrived is kept."
                            .formatted(file, name, cache, JsonReasons.message(e)),
                    e);
        }
    }

    private void check(Facts facts, Path part) throws IOException {
        if (facts.hash().isEmpty()) {
            if (facts.size() < 0) {
                throw broken("the hub gives neither its size nor its hash");
            }
            return;
        }
        String expected = facts.hash().get();
        String found = ContentHash.like(expected, part);
        if (!found.equals(expected)) {
            Files.delete(part);
            throw mismatch("its hash is %s and must be %s".formatted(found, expected));
        }
    }

    /** Once may be the line; twice is the server. */
    private IOException mismatch(String text) {
        mismatches++;
        farthest = 0;
        return mismatches < MOST_MISMATCHES ? new TransientFailure(text) : broken(text);
    }

    private HubException broken(String text) {
        return new HubException(
                Reason.BROKEN,
                "%s of %s at %s: %s. Nothing of it is in the snapshot. Try again; if it stays so, check HF_ENDPOINT, and whether a proxy of this network changes what comes."
                        .formatted(file, name, options.endpoint(), text));
    }

    /** A tag without its quotes, as the cache's names are. */
    private static String bare(String tag) {
        return CharMatcher.is('"').trimFrom(tag.startsWith("W/") ? tag.substring(2) : tag);
    }
}
