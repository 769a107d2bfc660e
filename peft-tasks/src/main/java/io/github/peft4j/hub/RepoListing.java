package io.github.peft4j.hub;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.hub.internal.SafeNames;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.json.JsonValues;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a repository holds at a commit.
 *
 * @param commit forty hexadecimal digits
 * @param licence as the model card names it
 * @param files what is known of each file by its name
 */
record RepoListing(String commit, Optional<String> licence, Map<String, Entry> files) {

    private static final Entry UNKNOWN = new Entry(-1, Optional.empty());

    RepoListing {
        files = ImmutableMap.copyOf(files);
    }

    /**
     * A file.
     *
     * @param size bytes, or -1
     * @param hash SHA-256 or git's SHA-1; empty if the listing has none
     */
    record Entry(long size, Optional<String> hash) {}

    /** What is known of a file; nothing of one that is not listed. */
    Entry entry(String file) {
        return files.getOrDefault(file, UNKNOWN);
    }

    /**
     * Reads the hub's answer.
     *
     * @throws IOException if it is none of a hub
     */
    static RepoListing read(byte[] json, String source) throws IOException {
        String cure = "Check HF_ENDPOINT: a hub answers with a JSON object there.";
        Map<String, @Nullable Object> answer = JsonValues.parseObject(json, source, cure);
        if (!(answer.get("sha") instanceof String commit) || !SafeNames.isCommit(commit)) {
            throw broken(source, "sha", answer.get("sha"), "forty hexadecimal digits");
        }
        if (!(answer.get("siblings") instanceof List<?> siblings)) {
            throw broken(source, "siblings", answer.get("siblings"), "a list of files");
        }
        Map<String, Entry> files = new LinkedHashMap<>();
        for (Object sibling : siblings) {
            if (sibling instanceof Map<?, ?> file && file.get("rfilename") instanceof String name) {
                files.put(name, entry(file));
            }
        }
        return new RepoListing(commit, licence(answer), files);
    }

    private static Entry entry(Map<?, ?> file) {
        if (file.get("lfs") instanceof Map<?, ?> large) {
            return new Entry(
                    size(large.get("size")),
                    Optional.ofNullable(large.get("sha256"))
                            .map(Object::toString)
                            .filter(SafeNames::isSha256));
        }
        return new Entry(
                size(file.get("size")),
                Optional.ofNullable(file.get("blobId"))
                        .map(Object::toString)
                        .filter(SafeNames::isCommit));
    }

    private static long size(@Nullable Object value) {
        return value instanceof Number number && number.longValue() >= 0 ? number.longValue() : -1;
    }

    private static Optional<String> licence(Map<String, @Nullable Object> answer) {
        Object card = answer.get("cardData");
        Map<?, ?> facts = card instanceof Map<?, ?> map ? map : Map.of();
        Object named = facts.get("license");
        if (named instanceof String text && !text.isBlank()) {
            Object own = facts.get("license_name");
            boolean other = text.equals("other") && own instanceof String;
            return Optional.of(JsonReasons.shown(other ? own : text));
        }
        if (named instanceof List<?> several && !several.isEmpty()) {
            return Optional.of(JsonReasons.shown(several));
        }
        if (answer.get("tags") instanceof List<?> tags) {
            for (Object tag : tags) {
                if (tag instanceof String text && text.startsWith("license:")) {
                    return Optional.of(JsonReasons.shown(text.substring("license:".length())));
                }
            }
        }
        return Optional.empty();
    }

    private static HubException broken(
            String source, String key, @Nullable Object value, String rule) {
        return new HubException(
                HubException.Reason.BROKEN,
                "%s answers with %s = %s, which must be %s. Check HF_ENDPOINT, and whether a proxy of this network answers in the hub's place."
                        .formatted(source, key, JsonReasons.shown(value), rule));
    }
}
