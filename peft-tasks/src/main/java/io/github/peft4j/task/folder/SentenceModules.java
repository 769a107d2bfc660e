package io.github.peft4j.task.folder;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.exception.MalformedTensorFileException;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.json.JsonFile;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What sentence-transformers has written next to a checkpoint or an adapter.
 *
 * @param notApplied modules that embeddings here do not go through, as the file names them
 * @param longestText {@code max_seq_length}: tokens of a text at most
 * @param prompts texts in front of what is embedded, by their names
 * @param defaultPrompt the name of the one that is used where none is asked for
 */
public record SentenceModules(
        List<String> notApplied,
        OptionalInt longestText,
        Map<String, String> prompts,
        Optional<String> defaultPrompt) {

    private static final String FILE = "modules.json";
    private static final String PROMPTS = "config_sentence_transformers.json";
    private static final String TRANSFORMER = "Transformer";
    private static final String POOLING = "Pooling";

    private static final SentenceModules NONE =
            new SentenceModules(List.of(), OptionalInt.empty(), Map.of(), Optional.empty());

    /** Copies the collections. */
    public SentenceModules {
        notApplied = ImmutableList.copyOf(notApplied);
        prompts = ImmutableMap.copyOf(prompts);
    }

    /**
     * Those of the first of these folders that has a modules.json; none if no one has.
     *
     * @throws IOException if a file cannot be read
     */
    public static SentenceModules read(Iterable<Path> folders) throws IOException {
        for (Path folder : folders) {
            if (Files.isRegularFile(folder.resolve(FILE))) {
                return read(folder);
            }
        }
        return NONE;
    }

    /**
     * Refuses modules that embeddings here do not go through.
     *
     * @param cure how the caller can say how to pool
     * @throws UnsupportedFeatureException if there are some; the text names them
     */
    public void requireApplied(String cure) {
        if (!notApplied.isEmpty()) {
            throw new UnsupportedFeatureException(
                    "modules.json asks for %s, which this version does not apply. Say how to pool by %s, or apply the modules yourself to what it gives."
                            .formatted(String.join(", ", notApplied), cure));
        }
    }

    /** The text that is put in front of texts where no prompt is asked for, if there is one. */
    public Optional<String> usualPrompt() {
        return defaultPrompt.map(prompts::get).filter(text -> !text.isEmpty());
    }

    private static SentenceModules read(Path folder) throws IOException {
        Map<String, String> prompts = new LinkedHashMap<>();
        PretrainedConfig told = config(folder.resolve(PROMPTS));
        told.section("prompts").values().forEach((key, text) -> prompts.put(key, text.toString()));
        boolean prompted = prompts.values().stream().anyMatch(text -> !text.isEmpty());
        Path file = folder.resolve(FILE);
        // A list, which the reader of objects takes inside one.
        String text = "{\"modules\": " + JsonFile.text(file) + "}";
        List<String> others = new ArrayList<>();
        OptionalInt longest = OptionalInt.empty();
        Object modules = JsonValues.parseObject(text, file.toString()).get("modules");
        if (!(modules instanceof List<?> list)) {
            throw new IOException(file + " is not a list of modules. Save the encoder again.");
        }
        for (Object module : list) {
            Map<?, ?> entry = module instanceof Map<?, ?> map ? map : Map.of();
            String type = String.valueOf(entry.get("type"));
            String name = type.substring(type.lastIndexOf('.') + 1);
            Object path = entry.get("path");
            Path own = own(folder, file, path instanceof String below ? below : "");
            if (name.equals(TRANSFORMER)) {
                longest = longestText(own);
            } else if (!name.equals(POOLING) || !isMean(own, prompted)) {
                others.add("%s (%s)".formatted(JsonReasons.shown(path), JsonReasons.shown(name)));
            }
        }
        return new SentenceModules(others, longest, prompts, told.string("default_prompt_name"));
    }

    /** The folder of a module. */
    private static Path own(Path folder, Path file, String path) throws IOException {
        try {
            return folder.resolve(path);
        } catch (InvalidPathException noPath) {
            throw new IOException(
                    "%s has path = %s, which no folder can be called. Save the encoder again."
                            .formatted(file, MalformedTensorFileException.quote(path)),
                    noPath);
        }
    }

    private static OptionalInt longestText(Path folder) throws IOException {
        int length =
                config(folder.resolve("sentence_bert_config.json")).integer("max_seq_length", 0);
        return length > 0 ? OptionalInt.of(length) : OptionalInt.empty();
    }

    /**
     * By a name, or by flags as older releases write them.
     *
     * @param prompted whether there are prompts, whose tokens may not count
     */
    private static boolean isMean(Path folder, boolean prompted) throws IOException {
        PretrainedConfig config = config(folder.resolve(PretrainedConfig.FILE));
        if (prompted && !config.flag("include_prompt", true)) {
            return false;
        }
        if (config.isText("pooling_mode")) {
            return config.string("pooling_mode").orElse("").equals("mean");
        }
        boolean others =
                config.values().entrySet().stream()
                        .anyMatch(
                                flag ->
                                        flag.getKey().startsWith("pooling_mode_")
                                                && !flag.getKey().equals("pooling_mode_mean_tokens")
                                                && flag.getValue().equals(true));
        return !others && config.flag("pooling_mode_mean_tokens", true);
    }

    /** A file that may be missing. */
    private static PretrainedConfig config(Path file) throws IOException {
        String source = file.toString();
        return PretrainedConfig.of(
                Files.isRegularFile(file)
                        ? JsonValues.parseObject(JsonFile.text(file), source)
                        : Map.of(),
                source);
    }
}
