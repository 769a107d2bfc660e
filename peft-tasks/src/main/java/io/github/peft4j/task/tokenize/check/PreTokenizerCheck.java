package io.github.peft4j.task.tokenize.check;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;

/** Bars what the native library falls over while it cuts a text into words. */
final class PreTokenizerCheck {

    private PreTokenizerCheck() {}

    /** The pre-tokenizer as the library may have it. */
    static JsonElement checked(Parts parts) {
        List<Long> growths = new ArrayList<>();
        for (JsonObject part : parts.all()) {
            if (part.has("pattern")) {
                PatternCheck.check("pre_tokenizer.pattern", part.get("pattern"));
            }
            if (Parts.is(part, "ByteLevel") || Parts.is(part, "Metaspace")) {
                growths.add(2L);
            }
            JsonElement length = part.get("length");
            if (Parts.is(part, "FixedLength")
                    && length instanceof JsonPrimitive number
                    && number.isNumber()
                    && number.getAsDouble() < 1) {
                throw Refusal.inUse("pre_tokenizer.length", length, "must be at least 1");
            }
        }
        Parts.checkGrowth("pre_tokenizer", growths);
        return parts.with(parts.all());
    }
}
