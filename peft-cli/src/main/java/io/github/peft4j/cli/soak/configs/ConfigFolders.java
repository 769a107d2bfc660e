package io.github.peft4j.cli.soak.configs;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.github.peft4j.config.PeftMethods;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds what changes start from: small checkpoints, adapters on them, and tokenizers. */
final class ConfigFolders {

    /** Of a folder in bytes: larger ones would take most of the time for being copied. */
    private static final long LARGEST = 4L << 20;

    private static final int DEPTH = 12;

    private static final PathMatcher COPIED =
            FileSystems.getDefault().getPathMatcher("glob:**{.json,.jinja,.safetensors,.bin,.txt}");

    private static final PathMatcher TENSORS =
            FileSystems.getDefault()
                    .getPathMatcher("glob:**{model*.safetensors,adapter_model.bin}");

    private ConfigFolders() {}

    /**
     * All of some folders, in an order that does not change.
     *
     * @throws IOException if there are none
     */
    static ImmutableList<ConfigSource> read(List<Path> roots) throws IOException {
        List<Path> folders = new ArrayList<>();
        for (Path root : roots) {
            try (Stream<Path> all = Files.walk(root, DEPTH)) {
                all.filter(Files::isDirectory)
                        .filter(path -> !path.endsWith("expected"))
                        .sorted()
                        .forEach(folders::add);
            }
        }
        Map<String, Path> bases = new LinkedHashMap<>();
        for (Path folder : folders) {
            if (isBase(folder)) {
                bases.put(folder.getFileName().toString(), folder);
            }
        }
        ImmutableList.Builder<ConfigSource> sources = ImmutableList.builder();
        for (Path folder : folders) {
            ConfigSource source = source(folder, bases);
            if (source != null && size(source) <= LARGEST) {
                sources.add(source);
            }
        }
        ImmutableList<ConfigSource> found = sources.build();
        if (found.isEmpty()) {
            throw new IOException(
                    "There is no small checkpoint, adapter or tokenizer in %s. Name a folder with some."
                            .formatted(roots));
        }
        return found;
    }

    private static boolean isBase(Path folder) throws IOException {
        return Files.isRegularFile(folder.resolve("config.json")) && holds(folder, TENSORS);
    }

    private static @Nullable ConfigSource source(Path folder, Map<String, Path> bases)
            throws IOException {
        if (isBase(folder)) {
            JsonObject config = json(folder.resolve("config.json"));
            return Transformers.modelTypes().contains(text(config, "model_type"))
                            && config.get("architectures") instanceof JsonArray names
                            && !names.isEmpty()
                    ? new ConfigSource(folder, copied(folder), names.get(0).getAsString(), null)
                    : null;
        }
        if (Files.isRegularFile(folder.resolve("adapter_config.json"))) {
            JsonObject told = facts(folder);
            Path base = bases.get(text(told, "model"));
            return base == null || !holds(folder, TENSORS) || !isKnown(told, base)
                    ? null
                    : new ConfigSource(folder, copied(folder), text(told, "auto_class"), base);
        }
        return Files.isRegularFile(folder.resolve("tokenizer.json"))
                ? new ConfigSource(folder, copied(folder), "", null)
                : null;
    }

    /** Whether this version has the method and the family, so that not all is refused for it. */
    private static boolean isKnown(JsonObject told, Path base) throws IOException {
        String family = text(json(base.resolve("config.json")), "model_type");
        try {
            PeftMethods.require(PeftType.of(text(told, "peft_type")));
        } catch (IllegalArgumentException | UnsupportedFeatureException unknown) {
            return false;
        }
        return Transformers.modelTypes().contains(family);
    }

    /** What a case says of its adapters; the case may be a folder above. */
    private static JsonObject facts(Path folder) throws IOException {
        for (Path above = folder; above != null; above = above.getParent()) {
            Path file = above.resolve("case.json");
            if (Files.isRegularFile(file)) {
                return json(file);
            }
        }
        return new JsonObject();
    }

    private static String text(JsonObject json, String key) {
        return json.get(key) instanceof JsonPrimitive text ? text.getAsString() : "";
    }

    private static JsonObject json(Path file) throws IOException {
        try {
            return JsonParser.parseString(Files.readString(file)) instanceof JsonObject object
                    ? object
                    : new JsonObject();
        } catch (JsonParseException unreadable) {
            return new JsonObject(); // a folder may hold bad ones: they count for nothing
        }
    }

    private static boolean holds(Path folder, PathMatcher matcher) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(matcher::matches);
        }
    }

    private static ImmutableList<Path> copied(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder, 2)) {
            return files.filter(Files::isRegularFile)
                    .filter(COPIED::matches)
                    .map(folder::relativize)
                    .filter(path -> !path.toString().contains("expected"))
                    .filter(path -> !path.endsWith("case.json"))
                    .filter(path -> !path.endsWith("cases.json"))
                    .sorted()
                    .collect(ImmutableList.toImmutableList());
        }
    }

    private static long size(ConfigSource source) throws IOException {
        long size = 0;
        for (Path file : source.files()) {
            size += Files.size(source.folder().resolve(file));
        }
        return size;
    }
}
