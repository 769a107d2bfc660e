package io.github.peft4j.task.tokenize.check;

import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;

/**
 * The parts of a block in the order in which they work, those of its sequences put in their place.
 *
 * <p>Where a type is missing or unknown the library takes the first kind whose fields fit, so parts
 * are judged by their fields rather than by their types.
 */
final class Parts {

    /** More would be a way to make texts grow without end. */
    private static final int MOST_PARTS = 256;

    /** Times that a text may grow between the parts of a block. */
    private static final long MOST_GROWTH = 64;

    private static final ImmutableMap<String, String> LISTS =
            ImmutableMap.of(
                    "normalizer", "normalizers",
                    "pre_tokenizer", "pretokenizers",
                    "post_processor", "processors",
                    "decoder", "decoders");

    private final List<JsonObject> parts = new ArrayList<>();
    private final String block;
    private final JsonElement value;
    private final String list;

    /** Whether it is more than one sequence of parts. */
    private boolean nested;

    private Parts(String block, JsonElement value) {
        this.block = block;
        this.value = value;
        this.list = LISTS.getOrDefault(block, "");
    }

    /** The parts of a block; none of one that is null. */
    static Parts of(String block, JsonElement value) {
        Parts parts = new Parts(block, value);
        if (!value.isJsonNull()) {
            parts.add(value, 0);
        }
        return parts;
    }

    private void add(JsonElement element, int level) {
        if (!(element instanceof JsonObject part)) {
            throw Refusal.of(block, element, "must be an object or null");
        }
        if (part.get(list) instanceof JsonArray inner && isSequence(part)) {
            nested |= level > 0;
            inner.forEach(one -> add(one, level + 1));
        } else {
            parts.add(part);
        }
        if (parts.size() > MOST_PARTS) {
            throw Refusal.inUse(block, "has more than %d parts".formatted(MOST_PARTS));
        }
    }

    /** A normalizer is one, too, if it has the list and is of no other type. */
    private boolean isSequence(JsonObject part) {
        return is(part, "Sequence")
                || (block.equals("normalizer")
                        && !NormalizerCheck.TYPES.contains(text(part, "type")));
    }

    List<JsonObject> all() {
        return parts;
    }

    /**
     * The block with other parts. Sequences in sequences become one: it does the same, and the
     * library reads it without going deep into its stack.
     */
    JsonElement with(List<JsonObject> others) {
        if (!nested && others.equals(parts)) {
            return value;
        }
        JsonArray array = new JsonArray();
        others.forEach(array::add);
        JsonObject sequence = new JsonObject();
        sequence.addProperty("type", "Sequence");
        sequence.add(list, array);
        return sequence;
    }

    /** Refuses parts that together let a text grow without end. */
    static void checkGrowth(String block, List<Long> growths) {
        long all = 1;
        for (long growth : growths) {
            all = all * Math.min(growth, MOST_GROWTH + 1);
            if (all > MOST_GROWTH) {
                throw Refusal.inUse(
                        block, "makes texts more than %d times as long".formatted(MOST_GROWTH));
            }
        }
    }

    /** Whether a part says that it is of a type. */
    static boolean is(JsonObject part, String type) {
        return part.get("type") instanceof JsonPrimitive own && own.getAsString().equals(type);
    }

    /** The text of a field, empty if it is none. */
    static String text(JsonObject part, String field) {
        return part.get(field) instanceof JsonPrimitive text ? text.getAsString() : "";
    }
}
