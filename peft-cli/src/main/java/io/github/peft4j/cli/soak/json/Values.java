package io.github.peft4j.cli.soak.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Random;

/** Values that a reader of files may not expect. */
public final class Values {

    /** A mark that becomes half a surrogate pair, which no text of Java can be written as. */
    public static final String HALF = "@half@";

    /** A mark before a key that becomes a second one of the same name. */
    public static final String TWICE = "@twice@";

    private Values() {}

    /** One of some texts. */
    public static String any(Random random, String... texts) {
        return texts[random.nextInt(texts.length)];
    }

    /** A sequence of parts under the name that its kind of block has for them. */
    public static JsonObject sequence(String list, List<JsonElement> parts) {
        JsonArray array = new JsonArray();
        parts.forEach(array::add);
        JsonObject sequence = new JsonObject();
        sequence.addProperty("type", "Sequence");
        sequence.add(list, array);
        return sequence;
    }

    /** One that is rare at any place. */
    public static JsonElement extreme(Random random) {
        switch (random.nextInt(5)) {
            case 0 -> {
                return JsonParser.parseString(
                        any(
                                random,
                                "0",
                                "-1",
                                "1",
                                "0.5",
                                "1e308",
                                "1e999",
                                "-1e-320",
                                "2147483647",
                                "2147483648",
                                "4294967295",
                                "4294967296",
                                "18446744073709551615",
                                "18446744073709551616",
                                "1000000"));
            }
            case 1 -> {
                return new JsonPrimitive(
                        any(
                                random,
                                "",
                                " ",
                                "x",
                                "\u0000",
                                HALF,
                                "\u2581",
                                "[SEP]",
                                "<s>",
                                "a b c",
                                "\ud83d\ude00",
                                "e\u0301",
                                "ab".repeat(3000),
                                "^",
                                "(",
                                "A",
                                "B",
                                "##"));
            }
            case 2 -> {
                return JsonParser.parseString(
                        any(
                                random,
                                "null",
                                "true",
                                "false",
                                "[]",
                                "{}",
                                "[[]]",
                                "[null]",
                                "{\"type\": \"x\"}",
                                "{\"\": {}}"));
            }
            case 3 -> {
                return nested(1 + random.nextInt(220), random.nextBoolean());
            }
            default -> {
                return JsonNull.INSTANCE;
            }
        }
    }

    private static JsonElement nested(int levels, boolean list) {
        JsonElement value = JsonNull.INSTANCE;
        for (int i = 0; i < levels; i++) {
            if (list) {
                JsonArray outer = new JsonArray();
                outer.add(value);
                value = outer;
            } else {
                JsonObject outer = new JsonObject();
                outer.add("a", value);
                value = outer;
            }
        }
        return value;
    }

    /** One of the same type. */
    public static JsonElement near(JsonElement value, Random random) {
        if (value instanceof JsonPrimitive primitive) {
            if (primitive.isBoolean()) {
                return new JsonPrimitive(!primitive.getAsBoolean());
            }
            if (primitive.isNumber()) {
                return number(primitive.getAsDouble(), random);
            }
            return new JsonPrimitive(text(primitive.getAsString(), random));
        }
        if (value instanceof JsonArray array) {
            return list(array, random);
        }
        return extreme(random);
    }

    private static JsonElement number(double value, Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> new JsonPrimitive((long) value + 1);
            case 1 -> new JsonPrimitive((long) value - 1);
            case 2 -> new JsonPrimitive((long) value + random.nextInt(1000));
            case 3 -> new JsonPrimitive(random.nextInt(4));
            default -> extreme(random);
        };
    }

    private static String text(String value, Random random) {
        int at = random.nextInt(value.length() + 1);
        String start = value.substring(0, at);
        String end = value.substring(at);
        return switch (random.nextInt(6)) {
            case 0 -> start;
            case 1 -> end;
            case 2 -> start + (end.isEmpty() ? "" : end.substring(1));
            case 3 -> value + value;
            case 4 ->
                    start
                            + any(
                                    random,
                                    " ",
                                    "*",
                                    "+",
                                    "(",
                                    ")",
                                    "|",
                                    "\\",
                                    "{2,}",
                                    "?",
                                    "\u00e9",
                                    "\ud83d\ude00",
                                    "\u0000",
                                    HALF)
                            + end;
            default -> start + (char) (32 + random.nextInt(95)) + end;
        };
    }

    private static JsonArray list(JsonArray value, Random random) {
        JsonArray copy = new JsonArray();
        int size = value.size();
        switch (random.nextInt(4)) {
            case 0 -> value.asList().subList(0, random.nextInt(size + 1)).forEach(copy::add);
            case 1 -> {
                for (int i = size - 1; i >= 0; i--) {
                    copy.add(value.get(i));
                }
            }
            case 2 -> {
                copy.addAll(value);
                copy.addAll(value);
            }
            default -> {
                copy.addAll(value);
                copy.add(extreme(random));
            }
        }
        return copy.deepCopy();
    }
}
