package io.github.peft4j.transformers.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableList;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.model.GivenKeyValues;
import io.github.peft4j.model.KeyValueCache.KeyValues;
import io.github.peft4j.model.LogitsWanted;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.Gradients;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.family.AutoClass;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.Assertions;

/** A tiny decoder and a call that Python made with it. A missing file fails. */
public final class DecoderCase implements AutoCloseable {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Map<String, NDArray> tensors = new LinkedHashMap<>();
    private final JsonObject facts;
    private final TransformerModel model;

    private DecoderCase(Path directory, Path file) throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            for (String key : reader.names()) {
                tensors.put(key, reader.load(manager, key));
            }
            facts =
                    JsonParser.parseString(Tensors.get(reader.metadata(), "case"))
                            .getAsJsonObject();
        }
        AutoClass head = AutoClass.named(facts.get("auto_class").getAsString());
        model = Transformers.load(directory, head, LoadOptions.DEFAULT);
    }

    /** A golden model and one of its cases. */
    public static DecoderCase golden(String name, String kind) throws IOException {
        return golden(Golden.path("models/" + name), name, kind);
    }

    /** A golden case computed by the checkpoint of another directory. */
    public static DecoderCase golden(Path directory, String name, String kind) throws IOException {
        String file = "models/" + name + "/expected/" + kind + ".safetensors";
        return new DecoderCase(directory, Golden.path(file));
    }

    /** A model of {@code decoders/make.py}. */
    public static DecoderCase made(String name) throws IOException {
        Path directory = directory(name);
        return new DecoderCase(directory, directory.resolve("expected.safetensors"));
    }

    /** The checkpoint of a model of {@code decoders/make.py}. */
    public static Path directory(String name) {
        URL found = DecoderCase.class.getResource("/decoders/" + name);
        if (found == null) {
            throw new IllegalStateException("No decoder " + name);
        }
        try {
            return Path.of(found.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The model as loaded. */
    public TransformerModel model() {
        return model;
    }

    /** All tensors whose names start so, without the start. */
    public Map<String, NDArray> starting(String start) {
        Map<String, NDArray> found = new LinkedHashMap<>();
        tensors.forEach(
                (name, array) -> {
                    if (name.startsWith(start)) {
                        found.put(name.substring(start.length()), array);
                    }
                });
        return found;
    }

    /** What Python called the model with. */
    public ModelInput input() {
        Map<String, NDArray> arrays = starting("in.");
        ImmutableList.Builder<KeyValues> layers = ImmutableList.builder();
        boolean past = arrays.containsKey("past_key.0");
        for (int i = 0; arrays.containsKey("past_key." + i); i++) {
            layers.add(
                    new KeyValues(
                            sideBySide(arrays.remove("past_key." + i)),
                            sideBySide(arrays.remove("past_value." + i))));
        }
        ModelInput input = ModelInput.of(arrays);
        return past ? input.withCache(new GivenKeyValues(layers.build())) : input;
    }

    private static NDArray sideBySide(NDArray heads) {
        Shape shape = heads.getShape();
        return heads.transpose(0, 2, 1, 3)
                .reshape(shape.get(0), shape.get(2), shape.get(1) * shape.get(3));
    }

    /** Fails unless class and outputs are Python's at all positions that are tokens. */
    public void assertOutputs() {
        Assertions.assertThat(model.info().className())
                .isEqualTo(facts.get("model_class").getAsString());
        Map<String, NDArray> expected = starting("out.");
        Assertions.assertThat(expected).isNotEmpty();
        for (boolean states : new boolean[] {true, false}) {
            ModelOutput output = model.forward(input().withOutputHiddenStates(states));
            expected.forEach(
                    (field, theirs) -> {
                        if (states || !field.startsWith("hidden_states.")) {
                            NDArray ours = output.get(field).orElseThrow();
                            Tensors.assertClose(
                                    tokens(ours), tokens(theirs), Tensors.OUTPUT, field);
                        }
                    });
        }
    }

    /** Zeros where padding is, in arrays of one entry a position. */
    private NDArray tokens(NDArray array) {
        NDArray mask = tensors.get("in.attention_mask");
        boolean positions =
                mask != null
                        && array.getShape().dimension() > 1
                        && array.getShape().slice(0, 2).equals(mask.getShape());
        if (!positions) {
            return array;
        }
        NDArray real = Ops.toFloat32(mask);
        for (int i = 2; i < array.getShape().dimension(); i++) {
            real = real.expandDims(i);
        }
        return array.mul(real.broadcast(array.getShape()));
    }

    /**
     * Fails unless loss and gradients are Python's, with all positions computed, and as a training
     * asks for them: the loss alone, without padding where the head allows it.
     */
    public void assertGradients() {
        Set<String> trained = starting("grad.").keySet();
        Assertions.assertThat(trained).isNotEmpty();
        assertGradients(input().withOutputHiddenStates(true), model.parameters().keySet(), "all");
        assertGradients(input().withLogits(LogitsWanted.NONE), trained, "loss alone");
    }

    private void assertGradients(ModelInput input, Set<String> trained, String how) {
        model.setTrainable(false);
        trained.forEach(name -> Tensors.get(model.parameters(), name).freeze(false));
        try (NDManager scope = manager.newSubManager();
                Gradients on = Gradients.on()) {
            ParameterStore store = new ParameterStore(scope, false);
            NDArray loss = model.forward(input, store, false).loss();
            NDArray theirs = Tensors.get(tensors, "out.loss");
            Tensors.assertClose(loss, theirs, Tensors.OUTPUT, how + ": loss");
            Gradients.backward(loss);
        }
        starting("grad.")
                .forEach(
                        (name, theirs) -> {
                            Parameter parameter = Tensors.get(model.parameters(), name);
                            try (NDArray ours = parameter.getArray().getGradient()) {
                                Tensors.assertClose(
                                        ours, theirs, Tensors.GRADIENT, how + ": " + name);
                            }
                            Gradients.zero(parameter.getArray());
                        });
    }

    @Override
    public void close() {
        model.close();
        manager.close();
    }
}
