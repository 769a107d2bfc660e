package io.github.peft4j.cli.soak.configs;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.peft4j.cli.soak.json.Place;
import io.github.peft4j.cli.soak.json.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Changes a tree of JSON, also into what no tree can say: NaN, depth, keys twice. */
final class JsonChanges {

    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    /** Numbers as they are to stand in the file. */
    private static final String[] NUMBERS = {
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "-1e999",
        "1e308",
        "-1",
        "-2147483648",
        "0",
        "2147483647",
        "2147483648",
        "4294967296",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "100000000",
        "1000000000",
        "1000000",
        "65536",
        "10000",
        "1000",
        "100",
        "17",
        "3",
        "2",
        "1",
        "0.5",
        "1.5",
        "1e-320",
        "-0.0",
        "1e9",
        "007",
        "0x10",
        "+1"
    };

    /** Patterns that never end on a text of some letters, unless somebody counts. */
    private static final String[] PATTERNS = {
        "((\\w+\\.?)+)+X",
        "(a|a)*b",
        "(.*)*x",
        "(?:\\w*\\.)*\\w*Z",
        "(.*a){30}",
        ".*(.*(.*(.*(.*(.*(.*x))))))",
        "(?=(.*)*!).*",
        "(\\w|\\w\\w)+$X",
        "(([a-z])+.)+[A-Z]([a-z])+$",
        "(x+x+)+y",
        "(?:a?){60}a{60}",
        "(\\w*)*\\1\\1Q",
        "[",
        "(((((((((((((",
        "a{2147483647}",
        "(?P<a>x)(?P<a>y)",
        "(?i)\\x{110000}"
    };

    private static final Pattern RAW = Pattern.compile("\"@raw:([^\"]*)@\"");
    private static final Pattern DEEP = Pattern.compile("\"@deep:([lo])(\\d+)@\"");

    private JsonChanges() {}

    /**
     * Changes one place, or several.
     *
     * @param others other files of the folder, which lend values
     * @param keys that may be added
     */
    static void change(JsonElement json, List<JsonElement> others, String[] keys, Random random) {
        List<Place> places = new ArrayList<>();
        Place.addAll(json, places);
        if (places.isEmpty()) {
            return;
        }
        Place place = places.get(random.nextInt(places.size()));
        JsonElement value = place.get();
        switch (random.nextInt(14)) {
            case 0 -> place.remove();
            case 1 -> place.repeat(random);
            case 2 -> place.set(borrowed(others, places, random));
            case 3 -> swap(place, places.get(random.nextInt(places.size())));
            case 4, 5 -> place.set(Values.near(value, random));
            case 6 -> place.set(Values.extreme(random));
            case 7, 8 -> place.set(raw(Values.any(random, NUMBERS)));
            case 9 -> place.set(new JsonPrimitive(Values.any(random, PATTERNS)));
            case 10 -> place.set(large(random));
            default -> {
                if (json instanceof JsonObject object) {
                    add(object, keys, random);
                }
            }
        }
    }

    /** A number that stands in the file as it is written here. */
    static JsonElement raw(String number) {
        return new JsonPrimitive("@raw:" + number + "@");
    }

    /** A number at random. */
    static JsonElement number(Random random) {
        return raw(Values.any(random, NUMBERS));
    }

    /** The file's text. */
    static String text(JsonElement json) {
        String text =
                GSON.toJson(json)
                        .replace(Values.HALF, "\\ud800")
                        .replace("\"" + Values.TWICE, "\"");
        text = RAW.matcher(text).replaceAll(number -> number.group(1));
        return DEEP.matcher(text).replaceAll(JsonChanges::deep);
    }

    private static String deep(MatchResult mark) {
        int levels = Integer.parseInt(mark.group(2));
        boolean list = mark.group(1).equals("l");
        return Matcher.quoteReplacement(
                (list ? "[" : "{\"a\":").repeat(levels)
                        + "null"
                        + (list ? "]" : "}").repeat(levels));
    }

    private static JsonElement large(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> new JsonPrimitive("x".repeat(1 << 20));
            case 1 -> new JsonPrimitive("a.b ".repeat(1 << 18));
            case 2 -> new JsonPrimitive("9".repeat(1 << random.nextInt(20)));
            case 3 -> raw("9".repeat(1 << random.nextInt(20)));
            case 4 -> new JsonPrimitive("@deep:l" + (1 << random.nextInt(18)) + "@");
            default -> new JsonPrimitive("@deep:o" + (1 << random.nextInt(18)) + "@");
        };
    }

    private static void add(JsonObject object, String[] keys, Random random) {
        String key = Values.any(random, keys);
        JsonElement value =
                switch (random.nextInt(8)) {
                    case 0 -> Values.extreme(random);
                    case 1 -> new JsonPrimitive(Values.any(random, PATTERNS));
                    default -> number(random);
                };
        object.add(key, value);
    }

    private static JsonElement borrowed(
            List<JsonElement> others, List<Place> places, Random random) {
        if (others.isEmpty() || random.nextInt(3) == 0) {
            return places.get(random.nextInt(places.size())).get().deepCopy();
        }
        List<Place> foreign = new ArrayList<>();
        Place.addAll(others.get(random.nextInt(others.size())), foreign);
        return foreign.isEmpty()
                ? Values.extreme(random)
                : foreign.get(random.nextInt(foreign.size())).get().deepCopy();
    }

    private static void swap(Place one, Place other) {
        JsonElement value = one.get().deepCopy();
        one.set(other.get().deepCopy());
        other.set(value);
    }
}
