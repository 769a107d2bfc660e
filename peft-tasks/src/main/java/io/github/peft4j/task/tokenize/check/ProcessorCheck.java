package io.github.peft4j.task.tokenize.check;

import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.peft4j.task.tokenize.use.Use;
import java.util.Map;

/** Bars what the native library falls over while it puts special tokens around a text. */
final class ProcessorCheck {

    /** Copies of a text that a template may ask for, and tokens that it may add. */
    private static final int MOST_SEQUENCES = 256;

    private static final int MOST_SPECIAL = 16_384;

    private static final ImmutableMap<String, Use> FORMS =
            ImmutableMap.of(
                    "single", Use.SPECIAL_TOKENS_OF_TEXT, "pair", Use.SPECIAL_TOKENS_OF_PAIR);

    private ProcessorCheck() {}

    /**
     * The post-processor as the library may have it.
     *
     * @param barred gets the uses that it cannot serve for, with the reasons
     */
    static JsonElement checked(Parts parts, Map<Use, String> barred) {
        int templates = 0;
        for (JsonObject part : parts.all()) {
            if (part.has("single") || part.has("pair")) {
                template(part, barred);
                if (++templates > 1) {
                    throw Refusal.inUse("post_processor", "has more than one template");
                }
            }
        }
        return parts.with(parts.all());
    }

    private static void template(JsonObject part, Map<Use, String> barred) {
        JsonObject known =
                part.get("special_tokens") instanceof JsonObject tokens ? tokens : new JsonObject();
        for (Map.Entry<String, JsonElement> token : known.entrySet()) {
            mend(token.getKey(), token.getValue());
        }
        for (Map.Entry<String, Use> one : FORMS.entrySet()) {
            String form = one.getKey();
            if (!(part.get(form) instanceof JsonArray pieces)) {
                throw Refusal.of("post_processor.%s".formatted(form), "must be a list of pieces");
            }
            JsonArray kept = new JsonArray();
            int sequences = 0;
            int special = 0;
            for (int i = 0; i < pieces.size(); i++) {
                try {
                    int tokens = tokens(form, i, pieces.get(i), known);
                    sequences += tokens < 0 ? 1 : 0;
                    special += Math.max(tokens, 0);
                    kept.add(pieces.get(i));
                } catch (Refusal bad) {
                    if (!bad.isInUse()) {
                        throw bad;
                    }
                    barred.putIfAbsent(one.getValue(), bad.getMessage());
                }
            }
            part.add(form, kept);
            if (sequences > MOST_SEQUENCES || special > MOST_SPECIAL) {
                throw Refusal.inUse(
                        "post_processor.%s".formatted(form),
                        "has more than %d texts or %d special tokens"
                                .formatted(MOST_SEQUENCES, MOST_SPECIAL));
            }
        }
    }

    /** How many tokens a piece of a template adds; -1 for a text. */
    private static int tokens(String form, int i, JsonElement value, JsonObject known) {
        if (value instanceof JsonObject piece) {
            if (piece.get("SpecialToken") instanceof JsonObject token) {
                JsonElement id = token.get("id");
                if (id instanceof JsonPrimitive
                        && known.get(id.getAsString()) instanceof JsonObject named) {
                    return named.get("ids").getAsJsonArray().size();
                }
                throw Refusal.inUse(
                        place(form, i),
                        "names the special token %s, which post_processor.special_tokens lack"
                                .formatted(id));
            }
            if (piece.get("Sequence") instanceof JsonObject text) {
                if (form.equals("single") && !Parts.text(text, "id").equals("A")) {
                    throw Refusal.inUse(
                            place(form, i),
                            piece,
                            "names a second text, which a single one has not");
                }
                return -1;
            }
        }
        throw Refusal.of(place(form, i), value, "must be a SpecialToken or a Sequence");
    }

    private static String place(String form, int piece) {
        return "post_processor.%s[%d]".formatted(form, piece);
    }

    /** The library takes it for granted that a token has as many ids as tokens. */
    private static void mend(String name, JsonElement value) {
        if (!(value instanceof JsonObject token)
                || !(token.get("ids") instanceof JsonArray ids)
                || !(token.get("tokens") instanceof JsonArray tokens)) {
            throw Refusal.of(
                    "post_processor.special_tokens.%s".formatted(name),
                    value,
                    "must have lists of ids and tokens");
        }
        while (tokens.size() > ids.size()) {
            tokens.remove(tokens.size() - 1);
        }
        while (tokens.size() < ids.size()) {
            tokens.add(Parts.text(token, "id"));
        }
    }
}
