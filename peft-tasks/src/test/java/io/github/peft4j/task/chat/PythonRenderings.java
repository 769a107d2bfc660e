package io.github.peft4j.task.chat;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The templates in {@code chat} and what Python renders them to; {@code make.py} beside them. */
public final class PythonRenderings {

    private static final Gson GSON =
            new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

    private PythonRenderings() {}

    /** A file of the folder. */
    public static String read(String file) {
        try (InputStream in = PythonRenderings.class.getResourceAsStream("/chat/" + file)) {
            if (in == null) {
                throw new AssertionError("chat/" + file + " is not on the class path.");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    private static JsonObject expected() {
        return JsonParser.parseString(read("expected.json")).getAsJsonObject();
    }

    /** The small templates, each with its outcome. */
    public static List<JsonObject> cases() {
        return objects(expected().getAsJsonArray("cases"));
    }

    /** The chats, each with its outcome. */
    public static List<JsonObject> chats() {
        return objects(expected().getAsJsonArray("chats"));
    }

    /** The variables of the small templates. */
    public static Map<String, Object> variables() {
        return map(expected().get("variables"));
    }

    /** The special tokens of the chats. */
    public static Map<String, String> specialTokens() {
        return GSON.fromJson(
                expected().get("special_tokens"),
                new TypeToken<Map<String, String>>() {}.getType());
    }

    /** A conversation by its number. */
    public static List<ChatMessage> conversation(int number) {
        return objects(expected().getAsJsonArray("conversations").get(number).getAsJsonArray())
                .stream()
                .map(PythonRenderings::message)
                .toList();
    }

    /** A message as Python writes it. */
    public static ChatMessage message(JsonObject json) {
        return new ChatMessage(json.get("role").getAsString(), json.get("content").getAsString());
    }

    private static Map<String, Object> map(JsonElement json) {
        return GSON.fromJson(json, new TypeToken<Map<String, Object>>() {}.getType());
    }

    private static List<JsonObject> objects(JsonArray array) {
        return array.asList().stream().map(JsonElement::getAsJsonObject).toList();
    }
}
