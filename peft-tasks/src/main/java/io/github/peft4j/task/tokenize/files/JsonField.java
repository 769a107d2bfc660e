package io.github.peft4j.task.tokenize.files;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.function.Function;

/** Reads a value whose type nobody has checked. */
public final class JsonField {

    private JsonField() {}

    /**
     * What is made of the value of a key.
     *
     * @param rule completes "It must be ..."
     * @param reading throws {@link IllegalArgumentException} for a value of another type
     * @throws IllegalArgumentException that names key, value and rule, if it is of another type
     */
    public static <T> T read(
            JsonObject json, String key, String rule, Function<JsonElement, T> reading) {
        JsonElement value = json.get(key);
        try {
            return reading.apply(value);
        } catch (IllegalArgumentException bad) {
            String shown = String.valueOf(value);
            throw new IllegalArgumentException(
                    "%s is %s. It must be %s."
                            .formatted(
                                    key,
                                    shown.length() > 100 ? shown.substring(0, 100) + "..." : shown,
                                    rule),
                    bad);
        }
    }

    /** A string. */
    public static String text(JsonElement value) {
        if (value instanceof JsonPrimitive primitive && primitive.isString()) {
            return primitive.getAsString();
        }
        throw new IllegalArgumentException("%s is not a text.".formatted(value));
    }

    /** A truth value. */
    public static boolean flag(JsonElement value) {
        if (value instanceof JsonPrimitive primitive && primitive.isBoolean()) {
            return primitive.getAsBoolean();
        }
        throw new IllegalArgumentException("%s is not true or false.".formatted(value));
    }

    /** A number. */
    public static BigDecimal number(JsonElement value) {
        if (value instanceof JsonPrimitive primitive && primitive.isNumber()) {
            return primitive.getAsBigDecimal();
        }
        throw new IllegalArgumentException("%s is not a number.".formatted(value));
    }

    /** A whole number of at least 0 that fits 32 bits. */
    public static int id(JsonElement value) {
        try {
            int id = number(value).intValueExact();
            if (id >= 0) {
                return id;
            }
        } catch (ArithmeticException outside) {
            throw new IllegalArgumentException("%s is no id.".formatted(value), outside);
        }
        throw new IllegalArgumentException("%s is no id.".formatted(value));
    }
}
