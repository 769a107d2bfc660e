package io.github.peft4j.task.tokenize.check;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;

/**
 * The parts of a block, those of its sequences put in their place.
 *
 * <p>Where a type is missing or unknown the library takes the first kind whose fields fit, so parts
 * are judged by their fields rather than by their types.
 */
final class Parts {

    /** More would be a way to make texts grow without end. */
    private static final int MOST_PARTS = 64;

    private static final int MOST_LEVELS = 16;

    private static final ImmutableList<String> LISTS =
            ImmutableList.of("normalizers", "pretokenizers", "processors", "decoders");

    /** Times that a text may grow between the parts of a block. */
    private static final long MOST_GROWTH = 64;

    private final List<JsonObject> parts = new ArrayList<>();
    private final String block;

    private Parts(String block) {
        this.block = block;
    }

    /** The parts in the order in which they work; none of a block that is null. */
    static List<JsonObject> of(String block, JsonElement value) {
        Parts parts = new Parts(block);
        if (!value.isJsonNull()) {
            parts.add(value, 0);
        }
        return parts.parts;
    }

    private void add(JsonElement value, int level) {
        if (!(value instanceof JsonObject part)) {
            throw Refusal.of(block, value, "must be an object or null");
        }
        if (level > MOST_LEVELS) {
            throw Refusal.of(
                    block, "has sequences more than %d levels deep".formatted(MOST_LEVELS));
        }
        boolean sequence = false;
        for (String list : LISTS) {
            if (part.get(list) instanceof JsonArray inner) {
                sequence = true;
                inner.forEach(element -> add(element, level + 1));
            }
        }
        if (!sequence) {
            parts.add(part);
        }
        if (parts.size() > MOST_PARTS) {
            throw Refusal.of(block, "has more than %d parts".formatted(MOST_PARTS));
        }
    }

    /** The times that all parts together let a text grow, refused if there is no end. */
    static void checkGrowth(String block, List<Long> growths) {
        long all = 1;
        for (long growth : growths) {
            all = all * Math.min(growth, MOST_GROWTH + 1);
            if (all > MOST_GROWTH) {
                throw Refusal.of(
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
