package io.github.peft4j.task.chat;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One turn of a conversation.
 *
 * @param role who speaks, in the words of the model's template: usually {@code system}, {@code
 *     user} or {@code assistant}
 * @param content what is said
 * @param fields what else the template may read, e.g. {@code tool_calls}, {@code name} or {@code
 *     reasoning_content}: texts, numbers, booleans, lists and maps of them; nulls are left out, as
 *     transformers leaves them out
 */
public record ChatMessage(String role, String content, Map<String, Object> fields) {

    /** Names of the thoughts before an answer, the one that counts first. */
    private static final String[] REASONING = {"reasoning_content", "thinking", "reasoning"};

    /** Copies the collections. */
    public ChatMessage {
        fields = present(fields);
    }

    /** A turn of a role and a text. */
    public ChatMessage(String role, String content) {
        this(role, content, ImmutableMap.of());
    }

    /** What the model is told before the conversation. */
    public static ChatMessage system(String content) {
        return new ChatMessage("system", content);
    }

    /** What its user says. */
    public static ChatMessage user(String content) {
        return new ChatMessage("user", content);
    }

    /** What the model says. */
    public static ChatMessage assistant(String content) {
        return new ChatMessage("assistant", content);
    }

    private static ImmutableMap<String, Object> present(Map<String, ?> fields) {
        ImmutableMap.Builder<String, Object> present = ImmutableMap.builder();
        fields.forEach(
                (name, value) -> {
                    if (value != null) {
                        present.put(name, value);
                    }
                });
        return present.buildKeepingLast();
    }

    /**
     * The turn as templates see it. Thoughts are there under each name that templates read, as
     * transformers puts them.
     */
    Map<String, Object> variables() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("role", role);
        all.put("content", content);
        Object thoughts = thoughts();
        if (thoughts != null) {
            all.put("thinking", thoughts);
        }
        all.putAll(fields);
        if (thoughts != null) {
            all.put("reasoning_content", thoughts);
        }
        return all;
    }

    private @Nullable Object thoughts() {
        for (String name : REASONING) {
            Object thoughts = fields.get(name);
            if (thoughts != null) {
                return thoughts;
            }
        }
        return null;
    }
}
