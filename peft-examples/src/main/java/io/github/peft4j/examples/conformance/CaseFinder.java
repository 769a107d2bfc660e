package io.github.peft4j.examples.conformance;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.UnsupportedFeatureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Lists the cases of a directory; a part that is not there is passed over. */
final class CaseFinder {

    private CaseFinder() {}

    static ImmutableList<ConformanceCase> find(
            Path directory, BaseModels models, @Nullable Path write) throws IOException {
        ImmutableList.Builder<ConformanceCase> cases = ImmutableList.builder();
        addModels(directory.resolve("models"), models, cases);
        addAdapters(directory.resolve("adapters"), models, write, cases);
        return cases.build();
    }

    private static void addModels(
            Path folder, BaseModels models, ImmutableList.Builder<ConformanceCase> cases)
            throws IOException {
        for (Path model : sorted(folder)) {
            for (Path file : sorted(model.resolve("expected"))) {
                String file0 = name(file);
                String name =
                        "models/" + name(model) + "/" + file0.replaceFirst("\\.safetensors$", "");
                cases.add(new ModelCase(name, file, models, (path, expected) -> {}));
            }
        }
    }

    private static void addAdapters(
            Path folder,
            BaseModels models,
            @Nullable Path write,
            ImmutableList.Builder<ConformanceCase> cases)
            throws IOException {
        for (Path adapter : sorted(folder)) {
            String name = "adapters/" + name(adapter);
            JsonObject description = ExpectedFile.json(adapter.resolve("case.json"));
            JsonElement kind = description.get("kind");
            String what = kind == null ? "single" : kind.getAsString();
            switch (what) {
                case "single" -> cases.add(new AdapterCase(name, adapter, models, write));
                default -> cases.add(new UnsupportedCase(name, "cases of kind " + what));
            }
        }
    }

    private record UnsupportedCase(String name, String what) implements ConformanceCase {

        @Override
        public double run() {
            throw new UnsupportedFeatureException(what + " are not run by this version.");
        }
    }

    static List<Path> sorted(Path folder) throws IOException {
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
}
