package io.github.peft4j.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.config.CommonOptions;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.io.file.AtomicFiles;
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
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterFilesTest {

    private static final String UP_A = "base_model.model.up.lora_A.weight";
    private static final String UP_B = "base_model.model.up.lora_B.weight";
    private static final String HEAD = "base_model.model.down.weight";

    private final ToyModel toy = ToyModel.ours();
    private final NDManager scope = NDManager.newBaseManager("PyTorch");
    private final PeftModel model = PeftModels.getPeftModel(toy.base().block(), config());
    @TempDir private Path directory;

    AdapterFilesTest() {
        train("default");
    }

    @AfterEach
    void close() {
        model.close();
        scope.close();
        toy.close();
    }

    private static LoraConfig config() {
        return LoraConfig.builder().optR(2).optTargetModules("up").optModulesToSave("down").build();
    }

    private void train(String name) {
        for (Parameter p : model.adapter(name).trainable()) {
            Tensors.fill(p, scope.randomNormal(p.getShape()), 1);
        }
    }

    private byte[] output(String name) {
        return Tensors.bytes(model.forward(toy.input(scope), Activation.of(name)).logits());
    }

    /** Every file with its bytes as hexadecimal text. */
    private Map<String, String> files() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(
                        directory.relativize(path).toString().replace('\\', '/'),
                        java.util.HexFormat.of().formatHex(Files.readAllBytes(path)));
            }
        }
        return files;
    }

    /** Replaces the tensors of the saved adapter. */
    private void rewrite(Map<String, NDArray> tensors) throws IOException {
        Files.delete(directory.resolve("adapter_passport.json")); // as of Python's folders
        ImmutableMap.Builder<String, TensorView> views = ImmutableMap.builder();
        tensors.forEach((key, array) -> views.put(key, TensorView.of(array)));
        AtomicFiles.write(
                directory.resolve("adapter_model.safetensors"),
                SafetensorsWriter.content(views.buildOrThrow(), ImmutableMap.of("format", "pt")));
    }

    private Map<String, NDArray> tensors() {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        model.adapter("default").tensors().forEach((key, p) -> tensors.put(key, p.getArray()));
        return tensors;
    }

    @Test
    void putsTheDefaultAtTheTopAndOthersIntoFolders() throws IOException {
        model.addAdapter("second", config());
        model.savePretrained(directory);

        assertThat(files().keySet())
                .containsExactly(
                        "README.md",
                        "adapter_config.json",
                        "adapter_model.safetensors",
                        "adapter_passport.json",
                        "second/adapter_config.json",
                        "second/adapter_model.safetensors",
                        "second/adapter_passport.json");
    }

    @Test
    void savesTheAdaptersThatAreNamed() throws IOException {
        model.addAdapter("second", config());
        model.savePretrained(directory, "second");

        assertThat(files().keySet())
                .containsExactly(
                        "README.md",
                        "second/adapter_config.json",
                        "second/adapter_model.safetensors",
                        "second/adapter_passport.json");
        assertThatThrownBy(() -> model.savePretrained(directory, "third"))
                .hasMessageStartingWith("There is no adapter 'third'.");
    }

    @Test
    void aSaveThatFailsLeavesTheOldAdapterWhole() throws IOException {
        model.savePretrained(directory);
        Files.writeString(directory.resolve("second"), "a file where the folder should be");
        Map<String, String> before = files();
        train("default");
        model.addAdapter("second", config());

        assertThatThrownBy(() -> model.savePretrained(directory)).isInstanceOf(IOException.class);

        assertThat(files()).isEqualTo(before);
    }

    @Test
    void refusesAFileInPlaceOfTheDirectory() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThatThrownBy(() -> model.savePretrained(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it is a file. Pass a directory to save into.");
    }

    @Test
    void writesACardAndKeepsWhatSomebodyWroteThere() throws IOException {
        model.savePretrained(directory);
        String card = Files.readString(directory.resolve("README.md"));
        assertThat(card)
                .isEqualTo(
                        "---\nlibrary_name: peft\ntags:\n- lora\n---\n\n"
                                + "### Framework versions\n\n- PEFT "
                                + CommonOptions.PEFT_VERSION
                                + "\n");

        model.savePretrained(directory);
        assertThat(directory.resolve("README.md")).hasContent(card);

        Files.writeString(directory.resolve("README.md"), "# Mine\n");
        model.savePretrained(directory);
        assertThat(Files.readString(directory.resolve("README.md")))
                .startsWith("# Mine\n### Framework versions\n")
                .endsWith("- PEFT " + CommonOptions.PEFT_VERSION + "\n");
    }

    @Test
    void loadsUnderAnotherName() throws IOException {
        model.savePretrained(directory);

        LoadReport report = model.loadAdapter(directory, "again");

        assertThat(output("again")).isEqualTo(output("default"));
        assertThat(report.missingKeys()).isEmpty();
        assertThat(report.unexpectedKeys()).isEmpty();
        assertThat(model.activeAdapters()).containsExactly("default");
        assertThat(model.adapter("again").trainable()).noneMatch(Parameter::requiresGradient);
    }

    @Test
    void whatWasLoadedForPredictionDoesNotTrainUnlessAskedTo() throws IOException {
        model.savePretrained(directory);
        model.loadAdapter(directory, "fixed");
        model.loadAdapter(
                directory, "goes-on", LoadAdapterOptions.builder().optTrainable(true).build());

        model.setAdapter("fixed");
        assertThat(model.adapter("fixed").trainable()).noneMatch(Parameter::requiresGradient);
        assertThat(model.trainableTensors()).isEmpty();
        model.setAdapter("goes-on");
        assertThat(model.adapter("goes-on").trainable()).allMatch(Parameter::requiresGradient);
    }

    @Test
    void aFileThatFitsByHalfChangesNothing() throws IOException {
        model.savePretrained(directory);
        Map<String, NDArray> tensors = tensors();
        tensors.put(UP_A, scope.ones(new Shape(2, 6)));
        tensors.put(UP_B, scope.ones(new Shape(8, 3)));
        rewrite(tensors);
        byte[] before = output("default");
        int arrays = LeakCheck.count();

        for (String name : new String[] {"default", "new"}) {
            assertThatThrownBy(() -> model.loadAdapter(directory, name))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "Size mismatch in "
                                    + directory
                                    + ": "
                                    + UP_B
                                    + " is (8, 3), the adapter needs (8, 2). Check r, rank_pattern"
                                    + " and the base model in adapter_config.json, or pass"
                                    + " optIgnoreMismatchedSizes(true) to leave these out.");
        }

        assertThat(LeakCheck.count()).isEqualTo(arrays);
        assertThat(output("default")).isEqualTo(before);
        assertThat(model.peftConfig()).containsOnlyKeys("default");
    }

    @Test
    void leavesMismatchedTensorsOutIfAsked() throws IOException {
        model.savePretrained(directory);
        Map<String, NDArray> tensors = tensors();
        tensors.put(UP_B, scope.ones(new Shape(8, 3)));
        rewrite(tensors);

        LoadReport report =
                model.loadAdapter(
                        directory,
                        "new",
                        LoadAdapterOptions.builder().optIgnoreMismatchedSizes(true).build());

        assertThat(report.missingKeys()).containsExactly(UP_B);
        assertThat(report.warnings())
                .anyMatch(
                        text -> text.startsWith("Tensors of another size were left out: " + UP_B));
    }

    @Test
    void refusesAFileWithoutTheHead() throws IOException {
        model.savePretrained(directory);
        Map<String, NDArray> tensors = tensors();
        tensors.remove(HEAD);
        rewrite(tensors);

        assertThatThrownBy(() -> model.loadAdapter(directory, "new"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(
                        directory + " lacks tensors of modules that are saved whole: " + HEAD)
                .hasMessageEndingWith(
                        "Save the adapter again with its modules_to_save, or load it for the task"
                                + " it was trained for.");
    }

    @Test
    void reportsTensorsThatAreMissingOrTooMany() throws IOException {
        model.savePretrained(directory);
        Map<String, NDArray> tensors = tensors();
        tensors.remove(UP_A);
        tensors.put("base_model.model.side.lora_A.weight", scope.ones(new Shape(1)));
        rewrite(tensors);

        LoadReport report = model.loadAdapter(directory, "new");

        assertThat(report.missingKeys()).containsExactly(UP_A);
        assertThat(report.unexpectedKeys()).containsExactly("base_model.model.side.lora_A.weight");
        assertThat(report.warnings())
                .containsExactly(
                        directory
                                + " lacks 1 tensors of the adapter, which keep their start values: "
                                + UP_A
                                + ".",
                        directory
                                + " holds 1 tensors that belong to no part of the adapter:"
                                + " base_model.model.side.lora_A.weight. The names of 1 tensors"
                                + " start with 'side.' instead of 'up.'."
                                + " LoadAdapterOptions.builder().optKeyMapping(Map.of(\"^side\\\\.\","
                                + " \"up.\")) reads them.");
    }

    @Test
    void loadingIntoAKnownNameOverwritesItsTensors() throws IOException {
        model.savePretrained(directory);
        byte[] saved = output("default");
        train("default");
        assertThat(output("default")).isNotEqualTo(saved);

        model.loadAdapter(directory, "default");

        assertThat(output("default")).isEqualTo(saved);
        assertThat(model.adapter("default").trainable()).allMatch(Parameter::requiresGradient);
    }

    @Test
    void aFailedLoadLeavesNothingBehind() throws IOException {
        model.savePretrained(directory);
        Files.delete(directory.resolve("adapter_model.safetensors"));
        int arrays = LeakCheck.count();

        assertThatThrownBy(() -> PeftModels.fromPretrained(toy.base().block(), directory))
                .isInstanceOf(IOException.class);

        assertThat(LeakCheck.count()).isEqualTo(arrays);
    }
}
