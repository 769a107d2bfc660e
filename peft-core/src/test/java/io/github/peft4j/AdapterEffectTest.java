package io.github.peft4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.store.Effect;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.testkit.LeakCheck;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterEffectTest {

    private static final String UP_B = "base_model.model.up.lora_B.weight";

    private final ToyModel toy = ToyModel.ours();
    private final NDManager scope = NDManager.newBaseManager("PyTorch");

    @TempDir private Path folder;

    @AfterEach
    void close() {
        scope.close();
        toy.close();
    }

    private static LoraConfig.Builder lora() {
        return LoraConfig.builder().optR(2).optTargetModules("up", "down");
    }

    private void save(PeftConfig config, boolean trained) throws IOException {
        try (PeftModel model = PeftModels.getPeftModel(toy.base().block(), config)) {
            if (trained) {
                for (Parameter p : model.adapter(PeftModel.DEFAULT_ADAPTER).trainable()) {
                    Tensors.fill(p, scope.randomNormal(p.getShape()), 0.4);
                }
            }
            model.savePretrained(folder);
        }
    }

    private void edit(BiFunction<String, NDArray, NDArray> values, String from, String to)
            throws IOException {
        Path file = folder.resolve("adapter_model.safetensors");
        Map<String, NDArray> edited = new LinkedHashMap<>();
        try (SafetensorsReader reader = SafetensorsReader.openUnmapped(file)) {
            for (String name : reader.names()) {
                edited.put(
                        name.replaceFirst(from, to), values.apply(name, reader.load(scope, name)));
            }
        }
        SafetensorsWriter.writeArrays(file, edited, Map.of("format", "pt"));
        Files.deleteIfExists(folder.resolve("adapter_passport.json"));
    }

    private void rename(String from, String to) throws IOException {
        edit((name, value) -> value, from, to);
    }

    private void silence(String part) throws IOException {
        edit((name, value) -> name.contains(part) ? value.mul(0) : value, "", "");
    }

    private PeftModel load(LoadAdapterOptions options) throws IOException {
        return PeftModels.fromPretrained(toy.base().block(), folder, "default", options);
    }

    private LoadReport report() throws IOException {
        try (PeftModel model = load(LoadAdapterOptions.DEFAULT)) {
            return model.loadReport("default");
        }
    }

    private void assertRefused(String... parts) {
        int before = LeakCheck.count();

        assertThatThrownBy(() -> load(LoadAdapterOptions.EFFECTIVE))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(folder + " changes nothing: ")
                .hasMessageContainingAll(parts)
                .hasMessageEndingWith("Load it without optRequireEffect if it is meant to be so.");

        assertThat(LeakCheck.count()).isEqualTo(before);
    }

    @Test
    void saysWhereEachTensorWent() throws IOException {
        save(lora().build(), true);
        rename("base_model\\.model\\.", "base_model.model.model.");
        LoadAdapterOptions mapped =
                LoadAdapterOptions.builder()
                        .optKeyMapping(Map.of("^model\\.", ""))
                        .optRequireEffect(true)
                        .build();

        try (PeftModel model = load(mapped)) {
            LoadReport report = model.loadReport("default");
            assertThat(report.effect()).isEqualTo(Effect.ACTS);
            assertThat(report.warnings()).isEmpty();
            assertThat(report.tensors())
                    .hasSize(4)
                    .containsEntry("base_model.model.model.up.lora_B.weight", UP_B);
        }
    }

    @Test
    void namesKeysPrefixAndCureWhereNothingIsRead() throws IOException {
        save(lora().build(), true);
        rename("base_model\\.model\\.", "base_model.model.transformer.");

        LoadReport report = report();

        assertThat(report.effect()).isEqualTo(Effect.NOTHING_READ);
        assertThat(report.tensors()).isEmpty();
        assertThat(report.warnings())
                .last()
                .asString()
                .startsWith(folder + " changes nothing: none of its tensors belongs to a layer")
                .contains("It holds base_model.model.transformer.down.lora_A.weight, ")
                .contains("here they would be called base_model.model.up.lora_A.weight, ");
        assertThat(report.warnings())
                .filteredOn(warning -> warning.contains("optKeyMapping(Map.of(\"^transformer"))
                .hasSize(1);
        assertRefused("base_model.model.transformer.up.lora_B.weight", UP_B, "optKeyMapping");
    }

    @Test
    void asksForTheBaseWhereTheLayersHaveOtherNames() throws IOException {
        save(lora().build(), true);
        edit((name, value) -> value, "(up|down)", "x$1y.q");

        assertThat(report().effect()).isEqualTo(Effect.NOTHING_READ);
        assertRefused("base_model.model.xupy.q.lora_B.weight", UP_B);
    }

    @Test
    void tellsLayersThatAreNotReadFromModulesThatAre() throws IOException {
        save(lora().optModulesToSave("norm").build(), true);
        rename("model\\.(up|down)", "model.net.$1");

        LoadReport report = report();

        assertThat(report.tensors()).hasSize(2); // the norm's
        assertThat(report.effect()).isEqualTo(Effect.NOTHING_READ);
        assertRefused("base_model.model.net.up.lora_B.weight");
    }

    @Test
    void warnsOfAnAdapterThatStandsAtItsStart() throws IOException {
        save(lora().build(), true);
        silence("lora_B");

        LoadReport report = report();

        assertThat(report.effect()).isEqualTo(Effect.AT_START);
        assertThat(report.warnings())
                .singleElement()
                .asString()
                .isEqualTo(
                        folder
                                + " changes nothing: at each of its 2 layers the adapter still"
                                + " stands where training starts. It was saved before it was"
                                + " trained, or its training left these tensors alone; train it,"
                                + " and save it then.");
        assertRefused("at each of its 2 layers");
    }

    @Test
    void isContentWithOneLayerThatActs() throws IOException {
        save(lora().build(), true);
        silence("up.lora_B");

        assertThat(report().effect()).isEqualTo(Effect.ACTS);
        load(LoadAdapterOptions.EFFECTIVE).close();
    }

    @Test
    void asksTheWeightsWhereTensorsDoNotTell() throws IOException {
        save(lora().optUseDora(true).build(), false);

        assertThat(report().effect()).isEqualTo(Effect.AT_START);
        assertRefused("at each of its 2 layers");

        edit((name, v) -> name.contains("magnitude") ? v.mul(1.01f) : v, "", "");
        assertThat(report().effect()).isEqualTo(Effect.ACTS);
    }

    @Test
    void warnsOfLayersAtTheirStartUnderAModuleThatActs() throws IOException {
        save(lora().optModulesToSave("norm").build(), true);
        silence("lora_B");

        LoadReport report = report();

        assertThat(report.effect()).isEqualTo(Effect.MODULES_ALONE);
        assertThat(report.warnings())
                .singleElement()
                .asString()
                .contains("changes no layer: at each of the 2");
        load(LoadAdapterOptions.EFFECTIVE).close();
    }

    @Test
    void letsAnAdapterTrainFromItsStart() throws IOException {
        save(lora().build(), false);

        try (PeftModel model = load(LoadAdapterOptions.builder().optTrainable(true).build())) {
            assertThat(model.loadReport("default").effect()).isEqualTo(Effect.AT_START);
            assertThat(model.loadReport("default").warnings()).isEmpty();
        }
    }

    @Test
    void changesNothingWhereALaterAdapterIsRefused() throws IOException {
        save(lora().build(), true);
        try (PeftModel model = load(LoadAdapterOptions.EFFECTIVE)) {
            silence("lora_B");

            assertThatThrownBy(() -> model.loadAdapter(folder, "two", LoadAdapterOptions.EFFECTIVE))
                    .isInstanceOf(IOException.class);

            assertThat(model.peftConfig()).containsOnlyKeys("default");
        }
    }

    /** Neither factor is zero there, and their product is. */
    @Test
    void seesThroughAnOrthogonalStart() throws IOException {
        save(lora().optInitLoraWeights("orthogonal").build(), false);

        assertThat(report().effect()).isEqualTo(Effect.AT_START);
        assertRefused("at each of its 2 layers");

        edit(
                (name, v) ->
                        name.equals(UP_B) ? v.add(scope.randomNormal(v.getShape()).mul(1e-3f)) : v,
                "",
                "");
        assertThat(report().effect()).isEqualTo(Effect.ACTS);
    }

    @Test
    void looksAtWhatIsLoadedIntoAKnownName() throws IOException {
        save(lora().build(), true);
        try (PeftModel model = load(LoadAdapterOptions.EFFECTIVE)) {
            Map<String, byte[]> before = bytes(model);
            silence("lora_B");
            assertThatThrownBy(
                            () ->
                                    model.loadAdapter(
                                            folder, "default", LoadAdapterOptions.EFFECTIVE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("at each of its 2 layers");
            assertThat(bytes(model)).usingRecursiveComparison().isEqualTo(before);
            assertThat(model.effect("default")).isEqualTo(Effect.ACTS);

            LoadReport warned = model.loadAdapter(folder, "default");

            assertThat(warned.effect()).isEqualTo(Effect.AT_START);
            assertThat(warned.warnings()).last().asString().contains("at each of its 2 layers");
            assertThat(model.effect("default")).isEqualTo(Effect.AT_START);
        }
    }

    /** What the file lacks keeps its values there, so it may act all the same. */
    @Test
    void countsWhatAKnownAdapterKeeps() throws IOException {
        save(lora().build(), true);
        try (PeftModel model = load(LoadAdapterOptions.EFFECTIVE)) {
            silence("down.lora_B");
            rename("up\\.lora_B", "gone.lora_B");

            assertThat(model.loadAdapter(folder, "default", LoadAdapterOptions.EFFECTIVE).effect())
                    .isEqualTo(Effect.ACTS);
        }
    }

    private static Map<String, byte[]> bytes(PeftModel model) {
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        model.adapter("default")
                .tensors()
                .forEach((k, p) -> bytes.put(k, Tensors.bytes(p.getArray())));
        return bytes;
    }
}
