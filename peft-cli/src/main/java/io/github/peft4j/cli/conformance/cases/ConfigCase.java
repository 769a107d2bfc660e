package io.github.peft4j.cli.conformance.cases;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.config.LoadedConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.exception.UnsupportedFeatureException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The default config of a method, as Python writes it: made here of nothing but what the method
 * cannot do without, it must have the same fields with the same values.
 */
record ConfigCase(String name, Path file) implements ConformanceCase {

    @Override
    public double run() throws Exception {
        JsonObject theirs = ExpectedFile.json(file);
        JsonObject least = new JsonObject();
        least.add("peft_type", theirs.get("peft_type"));
        PeftConfig config = defaults(least, theirs);
        JsonObject ours = JsonParser.parseString(config.toJson()).getAsJsonObject();
        Set<String> keys = new TreeSet<>(ours.keySet());
        keys.addAll(theirs.keySet());
        for (String key : keys) {
            JsonElement left = ours.get(key);
            JsonElement right = theirs.get(key);
            if (left == null || right == null || !left.toString().equals(right.toString())) {
                throw new CaseFailure(key + " is " + left + ", Python has " + right);
            }
        }
        return 0;
    }

    /**
     * Required fields are those without which the config is refused, or warns that it makes one up:
     * taken over one by one.
     */
    private static PeftConfig defaults(JsonObject given, JsonObject theirs) throws CaseFailure {
        while (true) {
            try {
                LoadedConfig loaded = PeftConfig.loadJson(given.toString());
                if (!takeOver(given, theirs, unset(loaded.warnings()))) {
                    return loaded.config();
                }
            } catch (UnsupportedFeatureException e) {
                throw e;
            } catch (IllegalArgumentException e) {
                String text = String.valueOf(e.getMessage());
                if (!takeOver(given, theirs, text)) {
                    throw new CaseFailure("refuses the defaults " + given + ": " + text);
                }
            }
        }
    }

    /** Takes over the fields that a text names; whether there were any. */
    private static boolean takeOver(JsonObject given, JsonObject theirs, String text) {
        boolean more = false;
        for (Map.Entry<String, JsonElement> field : theirs.entrySet()) {
            if (!given.has(field.getKey())
                    && !field.getValue().isJsonNull()
                    && text.contains(field.getKey())) {
                given.add(field.getKey(), field.getValue());
                more = true;
            }
        }
        return more;
    }

    /** Warnings about fields that should have been given. */
    private static String unset(List<String> warnings) {
        return warnings.stream()
                .filter(warning -> warning.contains(" is not set and becomes "))
                .collect(Collectors.joining(" "));
    }
}
