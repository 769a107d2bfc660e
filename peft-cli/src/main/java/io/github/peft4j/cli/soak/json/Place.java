package io.github.peft4j.cli.soak.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Random;

/**
 * Where a value stands in a JSON tree. What it stands in may have changed since: then there is
 * nothing to get, and nothing is set.
 *
 * @param parent an object or a list
 * @param key in an object, empty for a list
 * @param index in a list
 */
public record Place(JsonElement parent, String key, int index) {

    /** All places below a value. */
    public static void addAll(JsonElement value, List<Place> places) {
        if (value instanceof JsonObject object) {
            for (String key : object.keySet()) {
                places.add(new Place(object, key, -1));
                addAll(object.get(key), places);
            }
        } else if (value instanceof JsonArray array) {
            for (int i = 0; i < array.size(); i++) {
                places.add(new Place(array, "", i));
                addAll(array.get(i), places);
            }
        }
    }

    /** Whether this is one of the very many. */
    public boolean ofVocabulary(JsonObject file) {
        if (!(file.get("model") instanceof JsonObject model)) {
            return false;
        }
        JsonElement vocabulary = model.get("vocab");
        JsonElement merges = model.get("merges");
        return parent == vocabulary
                || parent == merges
                || (index >= 0 && parent instanceof JsonArray array && array.size() == 2);
    }

    /** What stands there, null of JSON for nothing. */
    public JsonElement get() {
        if (parent instanceof JsonObject object) {
            JsonElement value = object.get(key);
            return value == null ? JsonNull.INSTANCE : value;
        }
        JsonArray array = parent.getAsJsonArray();
        return index < array.size() ? array.get(index) : JsonNull.INSTANCE;
    }

    /** Puts a value there. */
    public void set(JsonElement value) {
        if (parent instanceof JsonObject object) {
            object.add(key, value);
        } else if (index < parent.getAsJsonArray().size()) {
            parent.getAsJsonArray().set(index, value);
        }
    }

    /** Takes it away. */
    public void remove() {
        if (parent instanceof JsonObject object) {
            object.remove(key);
        } else if (index < parent.getAsJsonArray().size()) {
            parent.getAsJsonArray().remove(index);
        }
    }

    /** Once more, in a list maybe many times. */
    public void repeat(Random random) {
        if (parent instanceof JsonObject object) {
            String mark = random.nextBoolean() ? Values.TWICE : "other_";
            object.add(mark + key, get().deepCopy());
        } else {
            int times = random.nextInt(8) == 0 ? 100 : 1;
            for (int i = 0; i < times; i++) {
                parent.getAsJsonArray().add(get().deepCopy());
            }
        }
    }
}
