package io.github.peft4j.transformers;

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
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.family.AutoClass;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.Assertions;

/** A tiny encoder of {@code encoders/make.py} and one of the calls that Python made with it. */
public final class GoldenEncoder implements AutoCloseable {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Map<String, NDArray> tensors = new LinkedHashMap<>();
    private final JsonObject facts;
    private final TransformerModel model;

    private GoldenEncoder(Path directory, String name) throws IOException {
        Path file = directory.resolve("expected").resolve(name + ".safetensors");
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

    /** A folder below {@code encoders/}; missing files fail. */
    public static Path directory(String model) {
        try {
            java.net.URL found = GoldenEncoder.class.getResource("/encoders/" + model);
            if (found == null) {
                throw new IllegalStateException("No golden encoder " + model);
            }
            return Path.of(found.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Opens a model and one of its cases. */
    public static GoldenEncoder open(String model, String name) throws IOException {
        return open(directory(model), name);
    }

    /** Opens a checkpoint directory with a folder {@code expected} and one of its cases. */
    public static GoldenEncoder open(Path directory, String name) throws IOException {
        return new GoldenEncoder(directory, name);
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

    /**
     * Fails unless the outputs are Python's, whether only they or all hidden states are asked for.
     */
    public void outputsEqualPython() {
        Assertions.assertThat(facts.get("model_class").getAsString())
                .isEqualTo(model.info().className());
        for (boolean states : new boolean[] {false, true}) {
            ModelOutput output = model.forward(input().withOutputHiddenStates(states));
            Map<String, NDArray> expected = starting("out.");
            Assertions.assertThat(expected).isNotEmpty();
            expected.forEach(
                    (field, array) -> {
                        if (states || !field.startsWith("hidden_states.")) {
                            NDArray ours = output.get(field).orElseThrow();
                            compare(ours, array, Tensors.OUTPUT, field);
                        }
                    });
        }
    }

    private void compare(NDArray ours, NDArray theirs, double tolerance, String what) {
        NDArray mask = Tensors.get(tensors, "in.attention_mask");
        boolean tokens =
                theirs.getShape().dimension() > 1
                        && theirs.getShape().slice(0, 2).equals(mask.getShape());
        if (tokens && facts.get("compare").getAsString().equals("attended")) {
            NDArray real = Ops.toFloat32(mask);
            Shape wide = real.getShape().addAll(theirs.getShape().slice(2));
            for (int i = 2; i < theirs.getShape().dimension(); i++) {
                real = real.expandDims(i);
            }
            real = real.broadcast(wide);
            Tensors.assertClose(ours.mul(real), theirs.mul(real), tolerance, what);
        } else {
            Tensors.assertClose(ours, theirs, tolerance, what);
        }
    }

    /**
     * Fails unless loss and gradients are Python's, once as training asks for them (the loss alone,
     * padding dropped where the head allows it) and once with everything computed.
     */
    public void gradientsEqualPython() {
        Assertions.assertThat(starting("grad.")).isNotEmpty();
        gradients(input().withLogits(LogitsWanted.NONE), "loss alone");
        gradients(input().withOutputHiddenStates(true), "all");
    }

    private void gradients(ModelInput input, String how) {
        model.setTrainable(true);
        try (NDManager scope = manager.newSubManager();
                Gradients on = Gradients.on()) {
            ParameterStore store = new ParameterStore(scope, false);
            NDArray loss = model.forward(input, store, false).loss();
            Tensors.assertClose(
                    loss, Tensors.get(tensors, "out.loss"), Tensors.OUTPUT, how + " loss");
            Gradients.backward(loss);
        }
        starting("grad.")
                .forEach(
                        (name, expected) -> {
                            Parameter parameter = Tensors.get(model.parameters(), name);
                            try (NDArray gradient = parameter.getArray().getGradient()) {
                                Tensors.assertClose(
                                        gradient, expected, Tensors.GRADIENT, how + " " + name);
                            }
                        });
        for (Parameter parameter : model.parameters().values()) {
            Gradients.zero(parameter.getArray());
        }
    }

    @Override
    public void close() {
        model.close();
        manager.close();
    }
}
