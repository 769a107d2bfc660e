package io.github.peft4j.cli.soak.configs;

import com.google.common.collect.ImmutableList;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.github.peft4j.cli.soak.json.Values;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Folders with changed files; a seed and a number tell each. */
final class ConfigChanges {

    /** Of these, tokenizer.json has a trial of its own, and vocabularies are texts. */
    private static final Set<String> LEFT_ALONE = Set.of("tokenizer.json", "vocab.json");

    private final ImmutableList<ConfigSource> sources;
    private final long seed;

    ConfigChanges(ImmutableList<ConfigSource> sources, long seed) {
        this.sources = sources;
        this.seed = seed;
    }

    /**
     * Writes a folder with one or two changed files.
     *
     * @param target is emptied
     * @return what it was, and the names of the files that were changed
     */
    Changed write(int index, Path target) throws IOException {
        Random random = new Random(seed * 1_000_003 + index);
        random.nextInt(); // the first of neighbouring seeds are alike
        ConfigSource source = sources.get(random.nextInt(sources.size()));
        if (Files.exists(target)) {
            MoreFiles.deleteRecursively(target, RecursiveDeleteOption.ALLOW_INSECURE);
        }
        List<Path> files = new ArrayList<>();
        for (Path file : source.files()) {
            Path copy = target.resolve(file.toString());
            Files.createDirectories(copy.getParent());
            Files.write(copy, Files.readAllBytes(source.folder().resolve(file)));
            if (!LEFT_ALONE.contains(file.getFileName().toString()) && !isText(file)) {
                files.add(file);
            }
        }
        if (random.nextInt(4) == 0) {
            files = make(source, target, files, random);
        }
        Set<Path> changed = new TreeSet<>();
        int count = 1 + random.nextInt(4) / 3;
        Path generation = Path.of("generation_config.json");
        if (files.contains(generation) && random.nextInt(3) == 0) {
            change(target, generation, files, random);
            changed.add(generation);
        }
        for (int i = 0; i < count; i++) {
            Path file = files.get(random.nextInt(files.size()));
            change(target, file, files, random);
            changed.add(file);
        }
        return new Changed(source, ImmutableList.copyOf(changed));
    }

    /** What a folder was, and which of its files were changed. */
    record Changed(ConfigSource source, ImmutableList<Path> files) {}

    private static boolean isText(Path file) {
        return file.toString().endsWith(".txt") || file.toString().endsWith(".bin");
    }

    /** Adds files that it seldom has, and changes one of them. */
    private static List<Path> make(
            ConfigSource source, Path target, List<Path> files, Random random) throws IOException {
        List<Path> made = new ArrayList<>();
        for (String name : ConfigKeys.MADE.keySet()) {
            boolean ofAdapter = name.startsWith("adapter_");
            if (ofAdapter != (source.base() != null) && random.nextInt(4) != 0) {
                continue;
            }
            Path file = target.resolve(name);
            if (!Files.exists(file)) {
                Files.createDirectories(file.getParent());
                Files.writeString(file, ConfigKeys.MADE.getOrDefault(name, ""));
            }
            made.add(Path.of(name));
        }
        return made.isEmpty() ? files : made;
    }

    private void change(Path folder, Path file, List<Path> files, Random random)
            throws IOException {
        Path changed = folder.resolve(file.toString());
        byte[] bytes = Files.readAllBytes(changed);
        String name = file.getFileName().toString();
        if (random.nextInt(20) == 0) {
            bytes = damaged(bytes, bytes.length, random);
        } else if (name.endsWith(".safetensors")) {
            bytes = TensorFileChanges.change(bytes, others(folder, files), random);
        } else if (name.endsWith(".jinja")) {
            bytes = TemplateChanges.change(text(bytes), random).getBytes(StandardCharsets.UTF_8);
        } else {
            bytes = json(folder, files, name, bytes, random);
        }
        Files.write(changed, bytes);
    }

    private static byte[] json(
            Path folder, List<Path> files, String name, byte[] bytes, Random random)
            throws IOException {
        JsonElement json = parsed(text(bytes));
        if (json == null) {
            return damaged(bytes, bytes.length, random);
        }
        if (json instanceof JsonObject object
                && (name.equals("tokenizer_config.json") || name.equals("adapter_passport.json"))
                && random.nextInt(3) == 0) {
            String template =
                    object.get("chat_template") instanceof JsonPrimitive text
                            ? text.getAsString()
                            : ConfigKeys.MADE.getOrDefault("chat_template.jinja", "");
            object.addProperty("chat_template", TemplateChanges.change(template, random));
            Path ahead = folder.resolve("chat_template.jinja");
            if (Files.exists(ahead) && !files.contains(Path.of("chat_template.jinja"))) {
                Files.delete(ahead); // it would be read in its place
            }
        } else if (random.nextInt(40) == 0) {
            List<JsonElement> others = others(folder, files);
            if (!others.isEmpty()) {
                json = others.get(random.nextInt(others.size()));
            }
        } else {
            int changes = 1 + random.nextInt(6) / 3 + random.nextInt(6) / 5;
            for (int i = 0; i < changes; i++) {
                JsonChanges.change(json, others(folder, files), ConfigKeys.of(name), random);
            }
        }
        return JsonChanges.text(json).getBytes(StandardCharsets.UTF_8);
    }

    private static List<JsonElement> others(Path folder, List<Path> files) throws IOException {
        List<JsonElement> others = new ArrayList<>();
        for (Path file : files) {
            if (file.toString().endsWith(".json")) {
                JsonElement json =
                        parsed(text(Files.readAllBytes(folder.resolve(file.toString()))));
                if (json != null) {
                    others.add(json);
                }
            }
        }
        return others;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8); // no error for damaged bytes
    }

    /** Null for what cannot be read. */
    static @Nullable JsonElement parsed(String text) {
        try {
            return JsonParser.parseString(text);
        } catch (JsonParseException unreadable) {
            return null; // it was changed before
        }
    }

    /** A byte is another one, or the file ends too early. */
    static byte[] damaged(byte[] bytes, int most, Random random) {
        if (bytes.length == 0) {
            return new byte[] {(byte) random.nextInt(256)};
        }
        byte[] copy = bytes.clone();
        int at = random.nextInt(most);
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
