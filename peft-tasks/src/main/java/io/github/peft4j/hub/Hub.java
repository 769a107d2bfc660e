package io.github.peft4j.hub;

import com.google.common.io.ByteStreams;
import com.google.common.net.UrlEscapers;
import io.github.peft4j.hub.HubException.Reason;
import io.github.peft4j.hub.internal.CacheFolder;
import io.github.peft4j.hub.internal.SafeNames;
import io.github.peft4j.json.JsonReasons;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Models and adapters of the Hugging Face hub as directories. What is downloaded lies in the cache
 * that Python's {@code huggingface_hub} keeps, in its layout: each finds what the other has
 * brought.
 *
 * <p>Only files that this library reads are downloaded: configs, tokenizer, safetensors; never
 * pickles. Each is checked against the size and the hash that the hub gives, and has its name in
 * the snapshot only when it is whole. A download that broke off goes on where it ended.
 *
 * <pre>{@code
 * Path directory = new Hub(HubOptions.fromEnvironment()).pull("org/name");
 * }</pre>
 */
public final class Hub {

    private static final long LONGEST_LISTING = 64L << 20;

    private static final Logger logger = LoggerFactory.getLogger(Hub.class);

    private final HubOptions options;
    private final HubClient client;
    private final Retries retries;

    /** Asks nothing yet. */
    public Hub(HubOptions options) {
        this.options = options;
        client = new HubClient(options);
        retries = new Retries(options);
    }

    /**
     * The directory that a text means: one that is here, else the one of that name on the hub,
     * which is downloaded if the cache lacks it.
     *
     * @throws IOException if it is neither
     */
    public static Path directory(String nameOrDirectory, HubOptions options) throws IOException {
        Optional<Path> here = existing(nameOrDirectory);
        if (here.isPresent()) {
            return here.get();
        }
        if (!HubName.isValid(nameOrDirectory)) {
            throw new FileNotFoundException(
                    "'%s' is neither a directory here nor a name of the hub. Pass a directory, or org/name."
                            .formatted(JsonReasons.shown(nameOrDirectory)));
        }
        return new Hub(options).pull(nameOrDirectory);
    }

    private static Optional<Path> existing(String text) {
        try {
            return Optional.of(Path.of(text)).filter(Files::isDirectory);
        } catch (InvalidPathException noPath) {
            return Optional.empty();
        }
    }

    /**
     * The directory of a model or an adapter, downloaded as far as the cache lacks it. The hub is
     * asked for the commit of a branch or tag each time; if it does not answer, the last one that
     * was looked up counts.
     *
     * @param name org/name
     * @throws HubException if neither the hub nor the cache has it
     * @throws IllegalArgumentException if the name is none of the hub
     */
    public Path pull(String name) throws IOException {
        return pull(new HubName(name));
    }

    private Path pull(HubName name) throws IOException {
        CacheFolder cache = new CacheFolder(options.cache(), name.folder(), options.links());
        String revision = options.revision();
        if (SafeNames.isCommit(revision) && NeededFiles.settled(cache, revision)) {
            return cache.snapshot(revision);
        }
        if (options.offline()) {
            return cached(cache)
                    .orElseThrow(() -> new HubException(Reason.OFFLINE, offlineText(name, cache)));
        }
        RepoListing listing;
        try {
            listing = listing(name);
        } catch (HubException e) {
            Optional<Path> before = e.cacheHelps() ? cached(cache) : Optional.empty();
            if (before.isEmpty()) {
                throw e;
            }
            logger.warn(
                    "{} is taken from the cache, as it was when it was last looked up: {}",
                    name,
                    e.getMessage());
            return before.get();
        }
        download(name, cache, listing);
        return cache.snapshot(listing.commit());
    }

    /** What the cache has of the revision, if that can be loaded. */
    private Optional<Path> cached(CacheFolder cache) throws IOException {
        String revision = options.revision();
        Optional<String> commit =
                SafeNames.isCommit(revision) ? Optional.of(revision) : cache.commit(revision);
        return commit.isPresent() && NeededFiles.loadable(cache, commit.get())
                ? commit.map(cache::snapshot)
                : Optional.empty();
    }

    private String offlineText(HubName name, CacheFolder cache) {
        return "'%s' is no directory here, and %s has not all of revision '%s', while downloads are off (HF_HUB_OFFLINE or the option). Turn them on once, set HF_HUB_CACHE to the cache that has it, or pass a directory."
                .formatted(name, cache, options.revision());
    }

    private RepoListing listing(HubName name) throws IOException {
        URI uri =
                URI.create(
                        "%s/api/models/%s/revision/%s?blobs=true"
                                .formatted(
                                        options.endpoint(),
                                        name,
                                        UrlEscapers.urlPathSegmentEscaper()
                                                .escape(options.revision())));
        return retries.call(
                name.text(),
                () -> {
                    try (HubClient.Answer answer = client.get(uri, Map.of())) {
                        if (answer.response().statusCode() != 200) {
                            throw new Refusals(options, name).of(answer, "the list of its files");
                        }
                        return RepoListing.read(body(answer, name), HubClient.shown(uri));
                    }
                });
    }

    private byte[] body(HubClient.Answer answer, HubName name) throws IOException {
        byte[] bytes;
        try {
            bytes =
                    ByteStreams.toByteArray(
                            ByteStreams.limit(answer.response().body(), LONGEST_LISTING + 1));
        } catch (IOException e) {
            throw new TransientFailure("the list of its files broke off", e);
        }
        if (bytes.length > LONGEST_LISTING) {
            throw new HubException(
                    Reason.BROKEN,
                    "The list of %s's files is longer than %d MB. Check HF_ENDPOINT."
                            .formatted(name, LONGEST_LISTING >> 20));
        }
        return bytes;
    }

    private void download(HubName name, CacheFolder cache, RepoListing listing) throws IOException {
        String commit = listing.commit();
        Set<String> listed = listing.files().keySet();
        List<String> small = NeededFiles.small(name, listed);
        boolean sharded = small.contains(NeededFiles.INDEX);
        List<String> weights = new ArrayList<>();
        if (!sharded) {
            weights.addAll(NeededFiles.weights(name, listed, List.of()));
        }
        if (sharded && !cache.has(commit, NeededFiles.INDEX)) {
            cache.create();
            fetch(name, cache, listing, NeededFiles.INDEX); // small: it says what else there is
        }
        if (sharded) {
            Set<String> shards = NeededFiles.shards(cache.file(commit, NeededFiles.INDEX));
            weights.addAll(NeededFiles.weights(name, listed, shards));
        }
        Map<String, Long> lacking = new LinkedHashMap<>();
        for (List<String> files : List.of(small, weights)) {
            for (String file : files) {
                if (!cache.has(commit, file)) {
                    lacking.put(file, listing.entry(file).size());
                }
            }
        }
        if (!lacking.isEmpty()) {
            HubPlan plan =
                    new HubPlan(name, options.revision(), commit, listing.licence(), lacking);
            logger.info("Downloading {}", plan.text());
            options.listener().planned(plan);
            create(cache, plan);
            for (String file : lacking.keySet()) {
                fetch(name, cache, listing, file);
            }
        }
        note(cache, commit, listed);
    }

    private void create(CacheFolder cache, HubPlan plan) throws IOException {
        cache.create();
        long free = Files.getFileStore(options.cache()).getUsableSpace();
        if (free > 0 && free < plan.bytes()) {
            throw new HubException(
                    Reason.DISK,
                    "%s needs %s, and %s has %s free. Free some space, or set HF_HUB_CACHE to another disk."
                            .formatted(
                                    plan.name(),
                                    HubPlan.size(plan.bytes()),
                                    options.cache(),
                                    HubPlan.size(free)));
        }
    }

    private void fetch(HubName name, CacheFolder cache, RepoListing listing, String file)
            throws IOException {
        RepoListing.Entry entry = listing.entry(file);
        new FileDownload(options, client, cache, name, listing.commit(), file, entry).run(retries);
    }

    /**
     * Only now that all is there: who is offline then finds either this commit or the one before.
     */
    private void note(CacheFolder cache, String commit, Set<String> listed) {
        try {
            for (String file : NeededFiles.SMALL) {
                if (!listed.contains(file) && !cache.lacks(commit, file)) {
                    cache.markMissing(commit, file);
                }
            }
            cache.refer(options.revision(), commit);
        } catch (IOException e) {
            logger.warn(
                    "{} cannot note that '{}' is {}; the files are there.",
                    cache,
                    options.revision(),
                    commit,
                    e);
        }
    }
}
