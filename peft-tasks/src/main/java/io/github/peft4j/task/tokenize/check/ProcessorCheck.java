package io.github.peft4j.task.tokenize.check;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Map;

/** Bars what the native library falls over while it puts special tokens around a text. */
final class ProcessorCheck {

    /** Copies of a text that a template may ask for, and tokens that it may add. */
    private static final int MOST_SEQUENCES = 8;

    private static final int MOST_SPECIAL = 1024;

    private ProcessorCheck() {}

    /** The post-processor as the library may have it. */
    static JsonElement checked(Parts parts) {
        int templates = 0;
        for (JsonObject part : parts.all()) {
            if (part.has("single") || part.has("pair")) {
                template(part);
                if (++templates > 1) {
                    throw Refusal.of("post_processor", "has more than one template");
                }
            }
        }
        return parts.with(parts.all());
    }

    private static void template(JsonObject part) {
        JsonObject known =
                part.get("special_tokens") instanceof JsonObject tokens ? tokens : new JsonObject();
        for (Map.Entry<String, JsonElement> token : known.entrySet()) {
            mend("post_processor.special_tokens." + token.getKey(), token.getValue());
        }
        for (String form : ImmutableList.of("single", "pair")) {
            String path = "post_processor." + form;
            if (!(part.get(form) instanceof JsonArray pieces)) {
                throw Refusal.of(path, "must be a list of pieces");
            }
            int sequences = 0;
            int special = 0;
            for (int i = 0; i < pieces.size(); i++) {
                String place = "%s[%d]".formatted(path, i);
                if (!(pieces.get(i) instanceof JsonObject piece)) {
                    throw Refusal.of(place, pieces.get(i), "must be an object");
                }
                if (piece.get("SpecialToken") instanceof JsonObject token) {
                    special += ids(place, token, known);
                } else if (piece.get("Sequence") instanceof JsonObject sequence) {
                    sequences++;
                    if (form.equals("single") && !Parts.text(sequence, "id").equals("A")) {
                        throw Refusal.of(
                                place, piece, "names a second text, which a single one has not");
                    }
                } else {
                    throw Refusal.of(place, piece, "must be a SpecialToken or a Sequence");
                }
            }
            if (sequences > MOST_SEQUENCES || special > MOST_SPECIAL) {
                throw Refusal.of(
                        path,
                        "has more than %d texts or %d special tokens"
                                .formatted(MOST_SEQUENCES, MOST_SPECIAL));
            }
        }
    }

    private static int ids(String place, JsonObject token, JsonObject known) {
        JsonElement id = token.get("id");
        if (!(id instanceof JsonPrimitive)
                || !(known.get(id.getAsString()) instanceof JsonObject named)) {
            throw Refusal.of(
                    place,
                    "names the special token %s, which post_processor.special_tokens lack"
                            .formatted(id));
        }
        return named.get("ids").getAsJsonArray().size();
    }

    private static void mend(String path, JsonElement value) {
        if (!(value instanceof JsonObject token)
                || !(token.get("ids") instanceof JsonArray ids)
                || !(token.get("tokens") instanceof JsonArray tokens)) {
            throw Refusal.of(path, value, "must have lists of ids and tokens");
        }
        // the library takes it for granted that there are as many
        while (tokens.size() > ids.size()) {
            tokens.remove(tokens.size() - 1);
        }
        while (tokens.size() < ids.size()) {
            tokens.add(Parts.text(token, "id"));
        }
    }
}
