package io.github.peft4j.task.tokenize.check;

import com.google.gson.JsonElement;

/** A place in tokenizer.json that the native library must not see. */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Longer values are cut in messages. */
    private static final int MOST = 60;

    private Refusal(String message) {
        super(message);
    }

    /** Says that a value breaks a rule, e.g. {@code length} is 0, must be at least 1. */
    static Refusal of(String path, Object value, String rule) {
        return new Refusal("%s is %s, %s".formatted(path, cut(value), rule));
    }

    /** Says what a whole block lacks or does. */
    static Refusal of(String path, String rule) {
        return new Refusal("%s %s".formatted(path, rule));
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
