package io.github.peft4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files whose names differ from PEFT's load with the mapping that the warning writes out. */
class ForeignNamesTest {

    private static final Pattern CURE =
            Pattern.compile("optKeyMapping\\(Map\\.of\\(\"(.*)\", \"(.*)\"\\)\\)");

    private final ToyModel toy = ToyModel.ours();
    private final NDManager scope = NDManager.newBaseManager("PyTorch");
    private NDArray expected;
    @TempDir private Path folder;

    @BeforeEach
    void save() throws IOException {
        try (PeftModel model = PeftModels.getPeftModel(toy.base().block(), config().build())) {
            for (Parameter p : model.adapter(PeftModel.DEFAULT_ADAPTER).trainable()) {
                Tensors.fill(p, scope.randomNormal(p.getShape()), 0.4);
            }
            expected = run(model);
            model.savePretrained(folder);
        }
    }

    @AfterEach
    void close() {
        scope.close();
        toy.close();
    }

    private static LoraConfig.Builder config() {
        return LoraConfig.builder().optR(2).optTargetModules("up", "down");
    }

    private NDArray run(PeftModel model) {
        return model.forward(toy.input(scope)).arrays().values().iterator().next();
    }

    private void rename(String from, String to) throws IOException {
        Path file = folder.resolve("adapter_model.safetensors");
        Map<String, NDArray> renamed = new LinkedHashMap<>();
        try (SafetensorsReader reader = SafetensorsReader.openUnmapped(file)) {
            for (String name : reader.names()) {
                renamed.put(name.replaceFirst(from, to), reader.load(scope, name));
            }
        }
        SafetensorsWriter.writeArrays(file, renamed, Map.of("format", "pt"));
        Files.deleteIfExists(folder.resolve("adapter_passport.json")); // no other trainer has one
    }

    @ParameterizedTest
    @CsvSource({
        "^base_model.model., base_model.model.base_model.model.",
        "^base_model.model., ''",
        "^base_model.model., base_model.",
        "^base_model.model., base_model.model._orig_mod.",
        "^base_model.model., module.base_model.model.",
        "^base_model.model., base_model.model.language_model.inner.",
        "[.]weight$, .my-adapter.weight",
        "[.]weight$, ''",
    })
    void loadWithTheMappingOfTheWarning(String from, String to) throws IOException {
        rename(from, to);
        String warning;
        try (PeftModel model = PeftModels.fromPretrained(toy.base().block(), folder)) {
            warning = String.join(" ", model.loadReport(PeftModel.DEFAULT_ADAPTER).warnings());
        }
        Matcher cure = CURE.matcher(warning);
        assertThat(cure.find()).as(warning).isTrue();

        LoadAdapterOptions options =
                LoadAdapterOptions.builder()
                        .optKeyMapping(Map.of(cure.group(1).replace("\\\\", "\\"), cure.group(2)))
                        .build();

        try (PeftModel model =
                PeftModels.fromPretrained(
                        toy.base().block(), folder, PeftModel.DEFAULT_ADAPTER, options)) {
            assertThat(model.loadReport(PeftModel.DEFAULT_ADAPTER).warnings()).isEmpty();
            Tensors.assertClose(run(model), expected, 1e-6, "loaded");
        }
    }

    @Test
    void saysNothingOfNamesThatHaveNothingInCommon() throws IOException {
        rename("^.*[.](\\w+)[.]weight$", "other.$1.thing");

        try (PeftModel model = PeftModels.fromPretrained(toy.base().block(), folder)) {
            assertThat(model.loadReport(PeftModel.DEFAULT_ADAPTER).warnings())
                    .noneMatch(warning -> warning.contains("optKeyMapping"));
        }
    }

    @Test
    void aModuleThatIsMissingForItsPrefixIsRefusedWithTheMapping() throws IOException {
        try (PeftModel model =
                PeftModels.getPeftModel(
                        toy.base().block(),
                        config().optTargetModules("up").optModulesToSave("down").build())) {
            model.savePretrained(folder);
        }
        rename("^base_model.model.", "");

        assertThatThrownBy(() -> PeftModels.fromPretrained(toy.base().block(), folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tensors of modules that are saved whole")
                .hasMessageContaining("optKeyMapping(Map.of(\"^\", \"base_model.model.\"))");
    }

    @Test
    void anAdapterOfMlxIsRefusedWithTheLinesThatConvertIt() throws IOException {
        Files.writeString(
                folder.resolve("adapter_config.json"),
                "{\"fine_tune_type\": \"lora\", \"num_layers\": 2, \"lora_parameters\": {\"rank\": 8,"
                        + " \"scale\": 20.0, \"dropout\": 0.0}}");

        assertThatThrownBy(() -> PeftModels.fromPretrained(toy.base().block(), folder))
                .isInstanceOf(UnsupportedFeatureException.class)
                .satisfies(
                        e ->
                                assertThat(e.getMessage().lines())
                                        .hasSize(5)
                                        .anyMatch(line -> line.contains("v.T.contiguous()"))
                                        .anyMatch(line -> line.contains("c['scale'] * c['rank']")));
        assertThat(List.of(folder.toFile().list())).contains("adapter_config.json");
    }
}
