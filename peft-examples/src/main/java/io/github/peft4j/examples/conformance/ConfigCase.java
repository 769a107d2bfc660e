package io.github.peft4j.examples.conformance;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.PeftConfig;
import io.github.peft4j.UnsupportedFeatureException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

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

    /** Required fields are those without which the config is refused: taken over one by one. */
    private static PeftConfig defaults(JsonObject given, JsonObject theirs) throws CaseFailure {
        while (true) {
            try {
                return PeftConfig.fromJson(given.toString());
            } catch (UnsupportedFeatureException e) {
                throw e;
            } catch (IllegalArgumentException e) {
                String text = String.valueOf(e.getMessage());
                boolean more = false;
                for (Map.Entry<String, JsonElement> field : theirs.entrySet()) {
                    if (!given.has(field.getKey())
                            && !field.getValue().isJsonNull()
                            && text.contains(field.getKey())) {
                        given.add(field.getKey(), field.getValue());
                        more = true;
                    }
                }
                if (!more) {
                    throw new CaseFailure("refuses the defaults " + given + ": " + text);
                }
            }
        }
    }
}
