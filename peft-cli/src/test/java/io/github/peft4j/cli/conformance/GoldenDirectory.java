package io.github.peft4j.cli.conformance;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.cli.conformance.compare.Wording;
import io.github.peft4j.precision.Precision;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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

    /** The names of all cases that stand in the directory, told from its files alone. */
    Set<String> cases() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Path model : children("models")) {
            addFiles(names, "models/" + model.getFileName() + "/expected");
        }
        for (Path adapter : children("adapters")) {
            if (Files.exists(adapter.resolve("case.json"))) {
                names.add("adapters/" + adapter.getFileName());
            }
        }
        for (Path tokenizer : children("tokenizers")) {
            String start = "tokenizers/" + tokenizer.getFileName() + "/";
            JsonObject table = read(start + "cases.json").getAsJsonObject();
            names.add(start + "facts");
            table.getAsJsonObject("encode").keySet().forEach(key -> names.add(start + key));
            for (String kind : List.of("decode", "chat")) {
                addRows(names, start + kind + "_", table.get(kind));
            }
        }
        addRows(names, "errors/", read("errors.json"));
        addRows(names, "targets/", read("targets.json").getAsJsonObject().get("rows"));
        addFiles(names, "configs");
        JsonObject bad = read("bad/list.json").getAsJsonObject().getAsJsonObject("files");
        bad.keySet().forEach(file -> names.add("bad/" + file));
        return names;
    }

    /** What a row of errors.json asks for: names of options, their values, and of the step. */
    Set<String> namesInErrorRow(String name) throws IOException {
        int row = Integer.parseInt(name.substring("errors/".length()));
        JsonObject asked = read("errors.json").getAsJsonArray().get(row).getAsJsonObject();
        JsonObject copy = asked.deepCopy();
        copy.remove("error"); // Python's words, which may name anything
        copy.remove("warnings");
        return Wording.names(copy);
    }

    private JsonElement read(String file) throws IOException {
        return JsonParser.parseString(Files.readString(root.resolve(file)));
    }

    private List<Path> children(String folder) throws IOException {
        try (Stream<Path> entries = Files.list(root.resolve(folder))) {
            return entries.filter(Files::isDirectory).toList();
        }
    }

    private void addFiles(Set<String> names, String folder) throws IOException {
        if (Files.isDirectory(root.resolve(folder))) {
            try (Stream<Path> files = Files.list(root.resolve(folder))) {
                files.map(file -> String.valueOf(file.getFileName()))
                        .map(file -> file.substring(0, file.lastIndexOf('.')))
                        .forEach(file -> names.add(folder.replace("/expected", "") + "/" + file));
            }
        }
    }

    private static void addRows(Set<String> names, String start, @Nullable JsonElement rows) {
        int count = rows == null ? 0 : rows.getAsJsonArray().size();
        for (int i = 0; i < count; i++) {
            names.add(start + i);
        }
    }

    /** Runs the cases. */
    Run run(String only) throws IOException {
        List<String> lines = new ArrayList<>();
        boolean right =
                new Conformance(root, Golden.path("models"), only, null, Precision.FLOAT32)
                        .run(lines::add);
        return new Run(right, List.copyOf(lines));
    }

    /** What a run said. */
    record Run(boolean right, List<String> lines) {

        /** The names of all cases that were run. */
        List<String> names() {
            return lines.subList(0, lines.size() - 1).stream().map(Run::name).toList();
        }

        /** The names of the cases that ended so. */
        List<String> names(String status) {
            return of("", status).stream().map(Run::name).toList();
        }

        private static String name(String line) {
            return line.substring(0, line.indexOf(' '));
        }

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
