package io.github.peft4j.transformers.precision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.gson.JsonObject;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.precision.Precision;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.reference.ReferenceCall;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers that hold 16 bits compute what the same numbers in float32 give. */
class PrecisionTest {

    /** Rounding of a product whose sums are taken in another order, through a few layers. */
    private static final double ROUNDING = 3e-6;

    /** What half precision loses of float32 weights. */
    private static final double HALF = 2e-3;

    @TempDir private Path folder;

    static List<String> models() throws IOException {
        List<String> models = new ArrayList<>();
        try (Stream<Path> all = Files.list(Golden.path("models"))) {
            all.sorted()
                    .filter(model -> Files.exists(call(model)))
                    .filter(model -> !model.getFileName().toString().startsWith("net-"))
                    .forEach(model -> models.add(model.getFileName().toString()));
        }
        assertThat(models).hasSizeGreaterThan(25);
        return models;
    }

    static List<String> adapters() throws IOException {
        List<String> adapters = new ArrayList<>();
        try (Stream<Path> all = Files.list(Golden.path("adapters"))) {
            for (Path adapter : all.sorted().toList()) {
                String name = adapter.getFileName().toString();
                if (!name.startsWith("file-")
                        && Files.exists(adapter.resolve("adapter_model.safetensors"))
                        && Files.exists(adapter.resolve("case.json"))
                        && supported(adapter)) {
                    adapters.add(name);
                }
            }
        }
        assertThat(adapters).hasSizeGreaterThan(40);
        return adapters;
    }

    private static boolean supported(Path adapter) throws IOException {
        JsonObject facts = Golden.json("adapters/" + adapter.getFileName() + "/case.json");
        String model = facts.get("model").getAsString();
        if (!Files.exists(call(Golden.path("models/bert-seqcls").resolveSibling(model)))) {
            return false;
        }
        try (TransformerModel base = load(path(model), head(model), Precision.FLOAT32);
                PeftModel loaded = PeftModels.fromPretrained(base, adapter)) {
            return !loaded.peftConfig().isEmpty();
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return false; // what this version lacks is tested elsewhere
        }
    }

    private static Path path(String model) {
        return Golden.path("models/" + model);
    }

    private static Path call(Path model) {
        return model.resolve("expected/forward.safetensors");
    }

    private static AutoClass head(String model) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            return AutoClass.named(
                    ReferenceCall.read(manager, call(path(model))).fact("auto_class"));
        }
    }

    private static TransformerModel load(Path checkpoint, AutoClass head, Precision precision)
            throws IOException {
        return Transformers.load(
                checkpoint, head, LoadOptions.builder().optPrecision(precision).build());
    }

    private Path half(String model, Dtype dtype) throws IOException {
        return HalfCheckpoint.write(path(model), dtype, folder.resolve(model + dtype));
    }

    private static ModelInput input(NDManager manager, String model) throws IOException {
        return ReferenceCall.read(manager, call(path(model))).input();
    }

    private static Map<String, NDArray> numbers(ModelOutput output) {
        Map<String, NDArray> numbers = new LinkedHashMap<>();
        output.arrays()
                .forEach(
                        (name, array) -> {
                            if (!name.equals(ModelOutput.LOSS)) {
                                numbers.put(name, array);
                            }
                        });
        return numbers;
    }

    private static void assertSame(Map<String, NDArray> ours, Map<String, NDArray> theirs) {
        assertThat(ours.keySet()).isEqualTo(theirs.keySet()).isNotEmpty();
        ours.forEach(
                (name, array) ->
                        assertThat(Tensors.bytes(array))
                                .as(name)
                                .isEqualTo(Tensors.bytes(Tensors.get(theirs, name))));
    }

    private static void assertClose(
            Map<String, NDArray> ours, Map<String, NDArray> theirs, double tolerance) {
        assertThat(ours.keySet()).isEqualTo(theirs.keySet()).isNotEmpty();
        ours.forEach(
                (name, array) ->
                        Tensors.assertClose(array, Tensors.get(theirs, name), tolerance, name));
    }

    @ParameterizedTest
    @MethodSource("models")
    void computesWhatTheSameNumbersInFloat32Give(String model) throws IOException {
        for (Dtype dtype : new Dtype[] {Dtype.BF16, Dtype.F16}) {
            Path checkpoint = half(model, dtype);
            AutoClass head = head(model);
            try (NDManager manager = NDManager.newBaseManager("PyTorch");
                    TransformerModel wide = load(checkpoint, head, Precision.FLOAT32);
                    TransformerModel stored = load(checkpoint, head, Precision.STORED);
                    TransformerModel packed = load(checkpoint, head, Precision.FP16_PACKED)) {
                ModelInput input = input(manager, model);
                Map<String, NDArray> expected = numbers(wide.forward(input));
                assertThat(stored.precision()).isEqualTo(Precision.STORED);
                assertThat(packed.precision()).isEqualTo(Precision.FP16_PACKED);
                assertThat(held(wide)).isZero();
                assertThat(held(stored)).isPositive().isEqualTo(held(packed));
                assertSame(numbers(stored.forward(input)), expected);
                assertClose(numbers(packed.forward(input)), expected, ROUNDING);
            }
        }
    }

    private static long held(TransformerModel model) {
        return model.parameters().values().stream()
                .filter(parameter -> HeldNumbers.isHeld(parameter.getArray()))
                .count();
    }

    @ParameterizedTest
    @MethodSource("models")
    void packsFloat32WithTheErrorOfHalfPrecision(String model) throws IOException {
        AutoClass head = head(model);
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                TransformerModel wide = load(path(model), head, Precision.FLOAT32);
                TransformerModel packed = load(path(model), head, Precision.FP16_PACKED)) {
            ModelInput input = input(manager, model);
            assertClose(numbers(packed.forward(input)), numbers(wide.forward(input)), HALF);
        }
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void adaptersActAndLearnOnHeldWeights(String adapter) throws IOException {
        String model = Golden.json("adapters/" + adapter + "/case.json").get("model").getAsString();
        Path checkpoint = half(model, Dtype.BF16);
        AutoClass head = head(model);
        Path from = Golden.path("adapters/" + adapter);
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                TransformerModel wideBase = load(checkpoint, head, Precision.FLOAT32);
                TransformerModel storedBase = load(checkpoint, head, Precision.STORED);
                TransformerModel packedBase = load(checkpoint, head, Precision.FP16_PACKED);
                PeftModel wide = adapted(wideBase, from);
                PeftModel stored = adapted(storedBase, from);
                PeftModel packed = adapted(packedBase, from)) {
            ModelInput call = input(manager, model);
            long rows = Tensors.get(call.arrays(), "attention_mask").getShape().get(0);
            ModelInput input =
                    adapter.startsWith("multitask")
                            ? call.with("task_ids", manager.zeros(new Shape(rows), DataType.INT64))
                            : call;
            Map<String, NDArray> expected = numbers(wide.forward(input));
            assertSame(numbers(stored.forward(input)), expected);
            assertClose(numbers(packed.forward(input)), expected, 10 * ROUNDING);
            if (wide.trainableTensors().isEmpty()) {
                return;
            }
            Map<String, NDArray> gradients = gradients(wide, input);
            assertSame(gradients(stored, input), gradients);
            assertSame(gradients(packed, input), gradients);
        }
    }

    /** Some prompts are saved as their encoder's output, which does not train. */
    private static PeftModel adapted(TransformerModel base, Path adapter) throws IOException {
        boolean trains =
                !Set.of("cpt-decay", "prefix-projection", "ptuning-seqcls")
                        .contains(adapter.getFileName().toString());
        // A start that is drawn again at each loading is drawn alike.
        Engine.getEngine("PyTorch").setRandomSeed(7);
        return PeftModels.fromPretrained(
                base,
                adapter,
                PeftModel.DEFAULT_ADAPTER,
                LoadAdapterOptions.builder().optTrainable(trains).build());
    }

    private static Map<String, NDArray> gradients(PeftModel model, ModelInput input) {
        try (Gradients on = Gradients.on()) {
            ModelOutput output = model.forward(input, model.newStore(), false);
            NDArray result = numbers(output).values().iterator().next();
            Gradients.backward(result.square().mean());
        }
        Map<String, NDArray> gradients = new LinkedHashMap<>();
        model.trainableTensors()
                .forEach(
                        (name, parameter) -> {
                            NDArray array = parameter.getArray();
                            gradients.put(name, array.getGradient());
                        });
        return gradients;
    }

    @Test
    void mergesAndSavesWhatFloat32Does() throws IOException {
        Path checkpoint = half("llama-causal", Dtype.BF16);
        List<byte[]> files = new ArrayList<>();
        for (Precision precision : Precision.values()) {
            Path out = folder.resolve("merged-" + precision);
            Path adapter = folder.resolve("adapter-" + precision);
            try (TransformerModel base = load(checkpoint, AutoClass.CAUSAL_LM, precision);
                    PeftModel model =
                            PeftModels.fromPretrained(
                                    base, Golden.path("adapters/lora-causal-llama"))) {
                model.savePretrained(adapter);
                assertThat(AdapterPassport.read(adapter).orElseThrow().basePrecision())
                        .contains(precision);
                assertThat(model.precision()).isEqualTo(precision);
                try (MergedModel merged = model.mergeAndUnload()) {
                    merged.savePretrained(out);
                }
            }
            files.add(Files.readAllBytes(out.resolve("model.safetensors")));
        }
        assertThat(files.get(1)).isEqualTo(files.get(0));
        assertThat(files.get(2)).isEqualTo(files.get(0));
    }

    @Test
    void mapsAFileOfAnyName() throws IOException {
        for (String name : List.of("with space", "it's \"quoted\" %s", "Ä ß 文", "a\\b")) {
            Path checkpoint =
                    HalfCheckpoint.write(path("llama-causal"), Dtype.BF16, folder.resolve(name));
            try (NDManager manager = NDManager.newBaseManager("PyTorch");
                    TransformerModel wide =
                            load(checkpoint, AutoClass.CAUSAL_LM, Precision.FLOAT32);
                    TransformerModel stored =
                            load(checkpoint, AutoClass.CAUSAL_LM, Precision.STORED)) {
                assertThat(held(stored)).isPositive();
                ModelInput input = input(manager, "llama-causal");
                assertSame(numbers(stored.forward(input)), numbers(wide.forward(input)));
            }
        }
    }

    @Test
    void heldWeightsDoNotTrain() throws IOException {
        Path checkpoint = half("gpt2-causal", Dtype.BF16);
        try (TransformerModel base = load(checkpoint, AutoClass.CAUSAL_LM, Precision.STORED)) {
            assertThatThrownBy(() -> base.setTrainable(true))
                    .isInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("are held as stored, which cannot train");
        }
    }

    @Test
    void numbersBeyondHalfPrecisionAreNotPacked() throws IOException {
        Path checkpoint = half("llama-causal", Dtype.BF16);
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                TransformerModel wide = load(checkpoint, AutoClass.CAUSAL_LM, Precision.FLOAT32)) {
            Parameter large = Tensors.get(wide.parameters(), "model.layers.1.mlp.down_proj.weight");
            try (Gradients off = Gradients.off()) {
                large.getArray().muli(1e6f);
            }
            try (PeftModel model = PeftModels.getPeftModel(wide, LoraConfig.builder().build());
                    MergedModel merged = model.mergeAndUnload()) {
                merged.savePretrained(folder.resolve("large"));
            }
            try (TransformerModel packed =
                    load(folder.resolve("large"), AutoClass.CAUSAL_LM, Precision.FP16_PACKED)) {
                ModelInput input = input(manager, "llama-causal");
                assertClose(
                        numbers(packed.forward(input)), numbers(wide.forward(input)), 10 * HALF);
            }
        }
    }

    @Test
    void aPassThatRecordsGradientsNeverMeetsAPackedProduct() throws IOException {
        Path checkpoint = half("llama-causal", Dtype.BF16);
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                TransformerModel packed =
                        load(checkpoint, AutoClass.CAUSAL_LM, Precision.FP16_PACKED);
                TransformerModel wide = load(checkpoint, AutoClass.CAUSAL_LM, Precision.FLOAT32)) {
            ModelInput input = input(manager, "llama-causal");
            try (Gradients on = Gradients.on()) {
                assertSame(
                        numbers(packed.forward(input, AdapterPass.bare(manager, false))),
                        numbers(wide.forward(input, AdapterPass.bare(manager, false))));
            }
        }
    }
}
