package io.github.peft4j.task.data.chat.read;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.task.chat.ChatMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Makes messages of a row's list of objects. */
final class MessageParser {

    /** Roles by the names that datasets have for them. */
    private static final ImmutableMap<String, String> ROLES =
            ImmutableMap.<String, String>builder()
                    .put("system", "system")
                    .put("developer", "developer")
                    .put("user", "user")
                    .put("human", "user")
                    .put("assistant", "assistant")
                    .put("gpt", "assistant")
                    .put("chatgpt", "assistant")
                    .put("model", "assistant")
                    .put("tool", "tool")
                    .put("function", "tool")
                    .put("function_response", "tool")
                    .put("observation", "tool")
                    .buildOrThrow();

    private static final ImmutableSet<String> OWN_KEYS =
            ImmutableSet.of("role", "content", "from", "value", "weight");

    private final ImmutableMap<String, String> roles;

    /**
     * Knows the usual names of roles, and some more.
     *
     * @param more role by its name in the file
     */
    MessageParser(Map<String, String> more) {
        roles =
                ImmutableMap.<String, String>builder()
                        .putAll(ROLES)
                        .putAll(more)
                        .buildKeepingLast();
    }

    /** The messages of a list; {@code from} and {@code value} name role and content too. */
    ImmutableList<ChatMessage> messages(String field, @Nullable Object value) {
        if (!(value instanceof List<?> list)) {
            throw new IllegalArgumentException(
                    "%s is no list. Write a list of messages, each with role and content."
                            .formatted(field));
        }
        if (list.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s has 0 messages. Fill them in or delete the row.".formatted(field));
        }
        ImmutableList.Builder<ChatMessage> messages = ImmutableList.builder();
        for (int i = 0; i < list.size(); i++) {
            try {
                messages.add(message(list.get(i)));
            } catch (IllegalArgumentException bad) {
                throw new IllegalArgumentException(
                        "%s[%d]: %s".formatted(field, i, bad.getMessage()), bad);
            }
        }
        return messages.build();
    }

    private ChatMessage message(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException(
                    "a message is no object. Write {\"role\": .., \"content\": ..}.");
        }
        Object name = map.get("role") == null ? map.get("from") : map.get("role");
        if (!(name instanceof String given)) {
            throw new IllegalArgumentException(
                    "the message has no role, only %s. Add role (or from) to it."
                            .formatted(map.keySet()));
        }
        requireWhole(map.get("weight"));
        Map<String, Object> fields = new LinkedHashMap<>();
        map.forEach(
                (key, field) -> {
                    if (key instanceof String text && field != null && !OWN_KEYS.contains(text)) {
                        fields.put(text, field);
                    }
                });
        Object content = map.containsKey("content") ? map.get("content") : map.get("value");
        boolean calls = map.get("tool_calls") instanceof List<?> list && !list.isEmpty();
        return new ChatMessage(
                role(given), content == null && calls ? "" : content(content), fields);
    }

    private String role(String name) {
        String role = roles.get(name);
        if (role == null) {
            throw new IllegalArgumentException(
                    ("nobody is known as '%s'. Name the role one of %s, or say which role it is"
                                    + " with optRole(\"%s\", \"assistant\").")
                            .formatted(name, new TreeSet<>(roles.keySet()), name));
        }
        return role;
    }

    /** A turn's weight in the loss, as OpenAI's files have it. */
    private static void requireWhole(@Nullable Object weight) {
        if (weight != null && !(weight instanceof Number number && number.doubleValue() == 1)) {
            throw new IllegalArgumentException(
                    "weight %s: turns have no weights here. Leave it out, or delete the turn."
                            .formatted(weight));
        }
    }

    private static String content(@Nullable Object content) {
        if (content instanceof String text) {
            return text;
        }
        if (content instanceof List<?> parts) {
            StringBuilder text = new StringBuilder();
            parts.forEach(part -> text.append(part(part)));
            return text.toString();
        }
        throw new IllegalArgumentException(
                content == null
                        ? "the content is missing. Fill it in or delete the row."
                        : "the content is neither a text nor a list of parts. Make it a text.");
    }

    private static String part(@Nullable Object part) {
        if (part instanceof Map<?, ?> map) {
            Object type = map.get("type");
            if (map.get("text") instanceof String text && (type == null || type.equals("text"))) {
                return text;
            }
            throw new IllegalArgumentException(
                    ("a part of the content is of type '%s', and models here read texts alone."
                                    + " Leave the row out.")
                            .formatted(type));
        }
        if (part instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(
                "a part of the content is no text. Write {\"type\": \"text\", \"text\": ..}.");
    }
}
