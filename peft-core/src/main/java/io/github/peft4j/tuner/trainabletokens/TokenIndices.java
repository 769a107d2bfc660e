package io.github.peft4j.tuner.trainabletokens;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.json.JsonType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which rows of which tables are trained along with another method.
 *
 * @param byName ids of tokens by the end of the name of their layer; {@link #EMBEDDING} stands for
 *     the model's own token embedding
 */
public record TokenIndices(Map<String, List<Integer>> byName) {

    /** Stands for the model's own token embedding where a config gives ids alone. */
    public static final String EMBEDDING = "";

    /** A list of ids, or an object of such lists by the name of their layer. */
    public static final JsonType<TokenIndices> JSON = json();

    /** Copies the collections. */
    public TokenIndices {
        Map<String, List<Integer>> copy = new LinkedHashMap<>();
        byName.forEach((name, ids) -> copy.put(name, List.copyOf(ids)));
        byName = Collections.unmodifiableMap(copy);
    }

    /** Rows of the model's own token embedding. */
    public static TokenIndices of(List<Integer> ids) {
        return new TokenIndices(ImmutableMap.of(EMBEDDING, ids));
    }

    /**
     * Refuses ids that no table can have.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public void requireIds() {
        byName.values()
                .forEach(
                        ids ->
                                ids.forEach(
                                        id ->
                                                Preconditions.checkArgument(
                                                        id >= 0,
                                                        "trainable_token_indices has %s; ids of"
                                                                + " tokens start at 0. Look them up"
                                                                + " with the tokenizer.",
                                                        id)));
    }

    private static JsonType<TokenIndices> json() {
        JsonType<Map<String, List<Integer>>> named =
                JsonType.INTEGERS.values("an object of lists of integers");
        return JsonType.of(
                JsonType.INTEGERS.name() + " or " + named.name(),
                json ->
                        JsonType.INTEGERS
                                .tryConvert(json)
                                .map(TokenIndices::of)
                                .or(() -> named.tryConvert(json).flatMap(TokenIndices::named)),
                TokenIndices::written);
    }

    private static Optional<TokenIndices> named(Map<String, List<Integer>> byName) {
        return byName.containsKey(EMBEDDING)
                ? Optional.empty()
                : Optional.of(new TokenIndices(byName));
    }

    private Object written() {
        List<Integer> ids = byName.get(EMBEDDING);
        return ids == null ? byName : ids;
    }
}
