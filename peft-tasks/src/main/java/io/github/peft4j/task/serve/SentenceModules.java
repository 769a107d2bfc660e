package io.github.peft4j.task.serve;

import io.github.peft4j.json.JsonFile;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What sentence-transformers has written beside a checkpoint or an adapter.
 *
 * @param notApplied modules that embeddings here do not go through, as the file names them
 * @param longestText {@code max_seq_length}: tokens of a text at most
 */
record SentenceModules(List<String> notApplied, OptionalInt longestText) {

    private static final String FILE = "modules.json";
    private static final String TRANSFORMER = "Transformer";
    private static final String POOLING = "Pooling";

    private static final SentenceModules NONE = new SentenceModules(List.of(), OptionalInt.empty());

    /** Those of the first of these folders that has a modules.json; none if no one has. */
    static SentenceModules read(Iterable<Path> folders) throws IOException {
        for (Path folder : folders) {
            if (Files.isRegularFile(folder.resolve(FILE))) {
                return read(folder);
            }
        }
        return NONE;
    }

    private static SentenceModules read(Path folder) throws IOException {
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
            Path own = folder.resolve(path instanceof String below ? below : "");
            if (name.equals(TRANSFORMER)) {
                longest = longestText(own);
            } else if (!name.equals(POOLING) || !isMean(own)) {
                others.add("%s (%s)".formatted(path, name));
            }
        }
        return new SentenceModules(List.copyOf(others), longest);
    }

    private static OptionalInt longestText(Path folder) throws IOException {
        Path file = folder.resolve("sentence_bert_config.json");
        if (!Files.isRegularFile(file)) {
            return OptionalInt.empty();
        }
        int length = config(file).integer("max_seq_length", 0);
        return length > 0 ? OptionalInt.of(length) : OptionalInt.empty();
    }

    /** By a name, or by flags as older releases write them. */
    private static boolean isMean(Path folder) throws IOException {
        Path file = folder.resolve(PretrainedConfig.FILE);
        if (!Files.isRegularFile(file)) {
            return true;
        }
        PretrainedConfig config = config(file);
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

    private static PretrainedConfig config(Path file) throws IOException {
        String source = file.toString();
        return PretrainedConfig.of(JsonFile.object(file), source);
    }
}
