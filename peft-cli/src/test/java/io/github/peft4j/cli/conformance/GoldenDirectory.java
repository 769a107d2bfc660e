package io.github.peft4j.cli.conformance;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A directory of cases put together from the golden files of all modules, free to be damaged. */
record GoldenDirectory(Path root) {

    /** Copies every part that the modules have. */
    static GoldenDirectory complete(Path root) throws IOException {
        Path golden = Golden.path("");
        Path resources = golden.resolve("..").normalize();
        Path repository = resources.resolve("../../../..").normalize();
        for (String part :
                List.of("models", "adapters", "configs", "errors.json", "targets.json")) {
            copy(golden.resolve(part), root.resolve(part));
        }
        keepRowsOfKnownModels(root);
        copy(resources.resolve("io/bad"), root.resolve("bad"));
        copy(
                repository.resolve("peft-tasks/src/test/resources/golden/tokenizers/bert"),
                root.resolve("tokenizers/bert"));
        copy(
                repository.resolve("peft-tasks/src/test/resources/golden/tokenizers/qwen2"),
                root.resolve("tokenizers/qwen2"));
        return new GoldenDirectory(root);
    }

    /** The table asks for more base models than there are copies of here. */
    private static void keepRowsOfKnownModels(Path root) throws IOException {
        Path table = root.resolve("errors.json");
        JsonArray kept = new JsonArray();
        for (JsonElement row : JsonParser.parseString(Files.readString(table)).getAsJsonArray()) {
            String model = row.getAsJsonObject().get("model").getAsString();
            if (Files.exists(root.resolve("models").resolve(model))) {
                kept.add(row);
            }
        }
        Files.writeString(table, kept.toString());
    }

    /** The same directory with fewer parts: only what stands at this path. */
    GoldenDirectory only(Path target, String path) throws IOException {
        copy(root.resolve(path), target.resolve(path));
        return new GoldenDirectory(target);
    }

    /** Replaces the first occurrence of a text in a file. */
    void damage(String file, String text, String by) throws IOException {
        Path path = root.resolve(file);
        String before = Files.readString(path);
        int at = before.indexOf(text);
        if (at < 0) {
            throw new IllegalStateException(file + " does not hold " + text);
        }
        Files.writeString(
                path, before.substring(0, at) + by + before.substring(at + text.length()));
    }

    private static void copy(Path source, Path target) throws IOException {
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Path copy = target.resolve(source.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
    }

    /** Runs the cases. */
    Run run(String only) throws IOException {
        List<String> lines = new ArrayList<>();
        boolean right = new Conformance(root, Golden.path("models"), only, null).run(lines::add);
        return new Run(right, List.copyOf(lines));
    }

    /** What a run said. */
    record Run(boolean right, List<String> lines) {

        /** The lines of cases whose names start so and that ended so. */
        List<String> of(String start, String status) {
            return lines.stream()
                    .filter(line -> line.startsWith(start))
                    .filter(line -> line.matches("\\S+ +\\S+ +" + status + "(:.*)?"))
                    .toList();
        }

        String last() {
            return lines.get(lines.size() - 1);
        }
    }
}
