package io.github.peft4j.cli.soak;

import com.google.common.collect.ImmutableList;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.cli.soak.json.Place;
import io.github.peft4j.cli.soak.json.Values;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Changed tokenizer files; a seed and a number tell each. */
final class TokenizerChanges {

    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    /** Places in a vocabulary or a list of merges that may be changed, so that others are too. */
    private static final int MOST_PLACES_OF_MODEL = 12;

    private final ImmutableList<JsonObject> files;
    private final ImmutableList<JsonElement> parts;
    private final long seed;

    TokenizerChanges(ImmutableList<JsonObject> files, long seed) {
        this.files = files;
        this.seed = seed;
        this.parts = MadeTokenizers.parts();
    }

    /** The bytes of a changed file. */
    byte[] file(int index) {
        Random random = new Random(seed * 1_000_003 + index);
        random.nextInt(); // the first of neighbouring seeds are alike
        JsonObject json = files.get(random.nextInt(files.size())).deepCopy();
        int changes = 1 + random.nextInt(6) / 3 + random.nextInt(6) / 5;
        for (int i = 0; i < changes; i++) {
            change(json, random);
        }
        String text =
                GSON.toJson(json)
                        .replace(Values.HALF, "\\ud800")
                        .replace("\"" + Values.TWICE, "\"");
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return random.nextInt(25) == 0 ? damaged(bytes, random) : bytes;
    }

    private void change(JsonObject json, Random random) {
        if (random.nextInt(8) == 0) {
            put(json, random);
            return;
        }
        List<Place> places = new ArrayList<>();
        Place.addAll(json, places);
        List<Place> model = new ArrayList<>();
        List<Place> others = new ArrayList<>();
        for (Place place : places) {
            (place.ofVocabulary(json) ? model : others).add(place);
        }
        for (int i = 0; i < MOST_PLACES_OF_MODEL && !model.isEmpty(); i++) {
            others.add(model.remove(random.nextInt(model.size())));
        }
        if (others.isEmpty()) {
            return;
        }
        Place place = others.get(random.nextInt(others.size()));
        if (place.key().equals("type") && random.nextInt(4) != 0) {
            return; // most files would be refused for it
        }
        Place other = others.get(random.nextInt(others.size()));
        JsonElement value = place.get();
        switch (random.nextInt(8)) {
            case 0 -> place.remove();
            case 1 -> place.set(Values.extreme(random));
            case 2 -> place.repeat(random);
            case 3 -> {
                JsonElement moved = other.get().deepCopy();
                other.set(value.deepCopy());
                place.set(moved);
            }
            case 4 -> place.set(other.get().deepCopy());
            default -> place.set(Values.near(value, random));
        }
    }

    /** Puts a part into a block, or the block into a sequence with it. */
    private void put(JsonObject json, Random random) {
        String block =
                Values.any(random, "normalizer", "pre_tokenizer", "post_processor", "decoder");
        boolean splits = block.equals("pre_tokenizer");
        JsonElement part =
                random.nextInt(16) == 0
                        ? Patterns.part(random, splits)
                        : parts.get(random.nextInt(parts.size())).deepCopy();
        if (random.nextInt(3) == 0) {
            json.add(block, part);
            return;
        }
        String list =
                block.equals("normalizer")
                        ? "normalizers"
                        : splits
                                ? "pretokenizers"
                                : block.equals("decoder") ? "decoders" : "processors";
        JsonElement old = json.get(block);
        List<JsonElement> all = new ArrayList<>(List.of(part));
        if (old instanceof JsonObject) {
            all.add(random.nextInt(all.size() + 1), old);
        }
        if (random.nextInt(4) == 0) {
            all.add(parts.get(random.nextInt(parts.size())).deepCopy());
        }
        int levels = random.nextInt(8) == 0 ? random.nextInt(150) : 1;
        JsonElement inner = Values.sequence(list, all);
        for (int i = 1; i < levels; i++) {
            inner = Values.sequence(list, List.of(inner));
        }
        json.add(block, inner);
    }

    private static byte[] damaged(byte[] bytes, Random random) {
        byte[] copy = bytes.clone();
        int at = random.nextInt(copy.length);
        switch (random.nextInt(4)) {
            case 0 -> {
                return Arrays.copyOf(copy, at);
            }
            case 1 -> copy[at] = (byte) random.nextInt(256);
            case 2 -> copy[at] ^= (byte) (1 << random.nextInt(8));
            default ->
                    copy[at] = (byte) Values.any(random, "\"", "{", "]", ",", "\\", "0").charAt(0);
        }
        return copy;
    }
}
