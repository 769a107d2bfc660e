package io.github.peft4j.cli.conformance.cases;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.cli.conformance.model.BaseModels;
import io.github.peft4j.exception.UnsupportedFeatureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Lists the cases of a directory, part by part; a part that is not there is passed over. */
public final class CaseFinder {

    private static final String CASES = "cases.json";

    private final Path directory;
    private final BaseModels models;
    private final @Nullable Path write;
    private final ImmutableList.Builder<ConformanceCase> cases = ImmutableList.builder();

    private CaseFinder(Path directory, BaseModels models, @Nullable Path write) {
        this.directory = directory;
        this.models = models;
        this.write = write;
    }

    public static ImmutableList<ConformanceCase> find(
            Path directory, BaseModels models, @Nullable Path write) throws IOException {
        CaseFinder finder = new CaseFinder(directory, models, write);
        finder.addModels();
        finder.addAdapters();
        finder.addTokenizers();
        finder.addErrors();
        finder.addTargets();
        finder.addConfigs();
        finder.addBadFiles();
        finder.addChats();
        return finder.cases.build();
    }

    private void addModels() throws IOException {
        for (Path model : sorted(directory.resolve("models"))) {
            for (Path file : sorted(model.resolve("expected"))) {
                String name = "models/" + name(model) + "/" + withoutEnding(file);
                cases.add(new ModelCase(name, file, models));
            }
        }
    }

    private void addAdapters() throws IOException {
        for (Path folder : sorted(directory.resolve("adapters"))) {
            Path description = folder.resolve("case.json");
            if (!Files.exists(description)) {
                continue;
            }
            String name = "adapters/" + name(folder);
            JsonElement kind = ExpectedFile.json(description).get("kind");
            switch (kind == null ? "single" : kind.getAsString()) {
                case "single" -> cases.add(new AdapterCase(name, folder, models, write));
                case "multi" -> cases.add(new MultiCase(name, folder, models, write));
                case "file" -> cases.add(new FileCase(name, folder, models));
                default -> cases.add(new Unsupported(name, "Cases of kind " + kind + " are"));
            }
        }
    }

    private void addTokenizers() throws IOException {
        for (Path folder : sorted(directory.resolve("tokenizers"))) {
            if (!Files.exists(folder.resolve(CASES))) {
                continue;
            }
            String start = "tokenizers/" + name(folder) + "/";
            JsonObject given = ExpectedFile.json(folder.resolve(CASES));
            cases.add(new TokenizerCase(start + "facts", folder, TokenizerCase.facts(given)));
            for (Map.Entry<String, JsonElement> one : given.getAsJsonObject("encode").entrySet()) {
                TokenizerCase.Check check =
                        TokenizerCase.encoding(one.getValue().getAsJsonObject());
                cases.add(new TokenizerCase(start + one.getKey(), folder, check));
            }
            List<JsonObject> decodings = rows(given, "decode");
            for (int i = 0; i < decodings.size(); i++) {
                TokenizerCase.Check check = TokenizerCase.decoding(decodings.get(i));
                cases.add(new TokenizerCase(start + "decode_" + i, folder, check));
            }
            List<JsonObject> chats = rows(given, "chat");
            for (int i = 0; i < chats.size(); i++) {
                TokenizerCase.Check check = TokenizerCase.chat(chats.get(i));
                cases.add(new TokenizerCase(start + "chat_" + i, folder, check));
            }
        }
    }

    private void addErrors() throws IOException {
        Path file = directory.resolve("errors.json");
        if (Files.exists(file)) {
            if (!(ExpectedFile.read(file) instanceof JsonArray rows)) {
                throw new IOException(file + " holds no list of errors. Get it again.");
            }
            for (int i = 0; i < rows.size(); i++) {
                cases.add(new ErrorCase("errors/" + i, rows.get(i).getAsJsonObject(), models));
            }
        }
    }

    private void addTargets() throws IOException {
        Path file = directory.resolve("targets.json");
        if (Files.exists(file)) {
            JsonObject table = ExpectedFile.json(file);
            JsonObject trees = table.getAsJsonObject("trees");
            List<JsonObject> rows = rows(table, "rows");
            for (int i = 0; i < rows.size(); i++) {
                JsonElement tree = trees.get(rows.get(i).get("tree").getAsString());
                cases.add(new TargetCase("targets/" + i, rows.get(i), ExpectedFile.strings(tree)));
            }
        }
    }

    private void addConfigs() throws IOException {
        for (Path file : sorted(directory.resolve("configs"))) {
            cases.add(new ConfigCase("configs/" + withoutEnding(file), file));
        }
    }

    private void addBadFiles() throws IOException {
        Path folder = directory.resolve("bad");
        Path list = folder.resolve("list.json");
        if (Files.exists(list)) {
            for (Map.Entry<String, JsonElement> file :
                    ExpectedFile.json(list).getAsJsonObject("files").entrySet()) {
                Path path = folder.resolve(file.getKey() + ".safetensors");
                JsonObject verdict = file.getValue().getAsJsonObject();
                cases.add(new BadFileCase("bad/" + file.getKey(), path, verdict));
            }
        }
    }

    private void addChats() throws IOException {
        Path file = directory.resolve("chats.json");
        if (Files.exists(file)) {
            JsonObject given = ExpectedFile.json(file);
            int newTokens = given.get("max_new_tokens").getAsInt();
            List<JsonObject> chats = rows(given, "chats");
            for (int i = 0; i < chats.size(); i++) {
                ChatCase.Check check = ChatCase.chat(chats.get(i), newTokens);
                cases.add(new ChatCase("chats/" + i, models, check));
            }
            List<JsonObject> texts = rows(given, "texts");
            for (int i = 0; i < texts.size(); i++) {
                cases.add(new ChatCase("texts/" + i, models, ChatCase.text(texts.get(i))));
            }
        }
    }

    /** A case for something that no part of this library does. */
    private record Unsupported(String name, String what) implements ConformanceCase {

        @Override
        public double run() {
            throw new UnsupportedFeatureException(what + " not available in this version.");
        }
    }

    private static List<JsonObject> rows(JsonObject table, String key) {
        JsonElement rows = table.get(key);
        return rows == null
                ? ImmutableList.of()
                : rows.getAsJsonArray().asList().stream()
                        .map(JsonElement::getAsJsonObject)
                        .toList();
    }

    private static List<Path> sorted(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return ImmutableList.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }

    static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private static String withoutEnding(Path file) {
        return name(file).replaceFirst("\\.(safetensors|json)$", "");
    }
}
