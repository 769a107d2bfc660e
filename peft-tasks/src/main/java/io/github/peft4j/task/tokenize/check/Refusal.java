package io.github.peft4j.task.tokenize.check;

import com.google.gson.JsonElement;

/** A place in tokenizer.json that the native library must not see, or must not use. */
final class Refusal extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    /** Longer values are cut in messages. */
    private static final int MOST = 60;

    private final boolean inUse;

    private Refusal(String message, boolean inUse) {
        super(message);
        this.inUse = inUse;
    }

    /** Says that a value breaks a rule, e.g. {@code length} is 0, must be at least 1. */
    static Refusal of(String path, Object value, String rule) {
        return new Refusal(text(path, value, rule), false);
    }

    /** Says what a whole block lacks or does. */
    static Refusal of(String path, String rule) {
        return new Refusal("%s %s".formatted(path, rule), false);
    }

    /** As {@link #of(String, Object, String)}, of what the library loads and falls over later. */
    static Refusal inUse(String path, Object value, String rule) {
        return new Refusal(text(path, value, rule), true);
    }

    /** As {@link #of(String, String)}, of what the library loads and falls over later. */
    static Refusal inUse(String path, String rule) {
        return new Refusal("%s %s".formatted(path, rule), true);
    }

    /** Whether the rest of the file may be used. */
    boolean isInUse() {
        return inUse;
    }

    private static String text(String path, Object value, String rule) {
        return "%s is %s, %s".formatted(path, cut(value), rule);
    }

    private static String cut(Object value) {
        String text = value instanceof JsonElement json ? shortened(json) : value.toString();
        return text.length() <= MOST ? text : text.substring(0, MOST) + "...";
    }

    /** Without writing out what is large. */
    private static String shortened(JsonElement json) {
        if (json.isJsonArray() && json.getAsJsonArray().size() > MOST) {
            return "a list of %d".formatted(json.getAsJsonArray().size());
        }
        return json.toString();
    }
}
