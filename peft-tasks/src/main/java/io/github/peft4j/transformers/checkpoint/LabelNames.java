package io.github.peft4j.transformers.checkpoint;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.json.JsonReasons;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** {@code id2label} of a config: names of labels by their numbers, or nothing. */
final class LabelNames {

    static final String KEY = "id2label";

    private final JsonObject byNumber;
    private final String source;

    private LabelNames(JsonObject byNumber, String source) {
        this.byNumber = byNumber;
        this.source = source;
    }

    /**
     * What stands under the key; anything but an object counts as nothing, as in transformers.
     *
     * @throws IllegalArgumentException if a name is no text or number
     */
    static LabelNames of(@Nullable JsonElement value, String source) {
        JsonObject names = value instanceof JsonObject object ? object : new JsonObject();
        names.asMap()
                .forEach(
                        (id, name) -> {
                            if (!name.isJsonPrimitive()) {
                                throw new IllegalArgumentException(
                                        PretrainedConfig.problem(
                                                KEY,
                                                "has "
                                                        + JsonReasons.shown(name)
                                                        + " for "
                                                        + JsonReasons.shown(id)
                                                        + ", not a text",
                                                source));
                            }
                        });
        return new LabelNames(names, source);
    }

    /** How many there are; empty where there is none. */
    OptionalInt count() {
        return byNumber.isEmpty() ? OptionalInt.empty() : OptionalInt.of(byNumber.size());
    }

    /**
     * The names in order if there are as many, else {@code LABEL_0}, {@code LABEL_1}, ...
     *
     * @throws IllegalArgumentException if a key is no number
     */
    List<String> names(int count) {
        JsonObject labels = byNumber.size() == count ? byNumber : new JsonObject();
        for (String key : labels.keySet()) {
            if (Ints.tryParse(key) == null) {
                throw new IllegalArgumentException(
                        "id2label in %s has the key '%s'. Its keys must be the numbers of the labels, from \"0\" on. Correct it, or name the labels with LoadOptions.optLabels."
                                .formatted(source, JsonReasons.shown(key)));
            }
        }
        ImmutableList.Builder<String> names = ImmutableList.builder();
        for (int i = 0; i < count; i++) {
            JsonElement name = labels.get(Integer.toString(i));
            names.add(name == null ? "LABEL_" + i : name.getAsString());
        }
        return names.build();
    }
}
